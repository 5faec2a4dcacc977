"""All calm days of a company: who is what kind of customer, and what each of them does."""

from streams.demo.calm.business import Business
from streams.demo.calm.campaigns import Campaigns
from streams.demo.calm.concerns import Concerns
from streams.demo.calm.guests import Guests
from streams.demo.calm.shopping import Shopping
from streams.demo.people import CALL_CENTRE, Person, open_accounts
from streams.demo.workdays import DAY, HOUR
from streams.demo.world import World

BUSINESS = 0.1  # of the customers belong to sales
CALLERS = 16  # reach us through the call centre, which is more than one number can stand for
ANONYMOUS_CALLS = 6
HOUSEHOLDS, GUESTS, LARGEST_COMPANY = 12, 200, 2_000  # so many of so many customers


def live(world: World) -> None:
    """Give everybody accounts and let the days pass."""
    shopping, concerns, business = Shopping(world), Concerns(world), Business(world)
    others = world.others
    companies = others[: round(len(others) * BUSINESS)]
    private = others[len(companies) :]
    for person in companies:
        open_accounts(world.rng, person, shop=False, crm=True, card=False)
    for person in private:
        open_accounts(world.rng, person, shop=world.rng.random() < 0.9, crm=world.rng.random() < 0.25, card=world.rng.random() < 0.4)
    for person in private[:CALLERS]:
        person.through_call_centre = True
    for person in world.people:
        world.introduce(person)
    for person in companies:
        business.with_contract(person)
        business.lead(person)
        business.follow_up(person)
    for person in (*world.cast, *private):
        _private_life(world, person, shopping, concerns)
    _households(world, private[CALLERS:], shopping)
    guests = Guests(world, shopping)
    able = [p for p in private[CALLERS + 2 * HOUSEHOLDS :] if p.user or not p.loyalty]
    for person in able[: GUESTS * len(world.people) // LARGEST_COMPANY]:
        guests.two_names(person)
    _anonymous_calls(world)
    campaigns = Campaigns(world)
    for person in world.people:
        campaigns.address(person)


def _private_life(world: World, person: Person, shopping: Shopping, concerns: Concerns) -> None:
    rng = world.rng
    until = world.as_of + 60 * DAY if person.calm_until is None else person.calm_until
    shopping.log_in_everywhere(person)
    shopping.look_around(person)
    shopping.go_to_the_store(person)
    busy: list[int] = []
    for affair, delivered in shopping.orders(person, until) if person.user else ():
        has_question = rng.random() < 0.08 and all(abs(delivered - other) > 25 * DAY for other in busy)
        shopping.opinion(affair, delivered, calm=has_question)
        if has_question:
            busy.append(delivered)
            concerns.after_delivery(affair, delivered)
    if person.through_call_centre or rng.random() < 0.28:
        concerns.in_general(person, until, [at + 4 * DAY for at in busy])


def _households(world: World, private: list[Person], shopping: Shopping) -> None:
    """Two people share a tablet. Both have logged in with it, so it belongs to the one who did first, and that is told as a finding."""
    couples = [p for p in private if p.user][: 2 * max(2, HOUSEHOLDS * len(world.people) // LARGEST_COMPANY)]
    for number, (one, other) in enumerate(zip(couples[::2], couples[1::2], strict=True)):
        one.device = f"tablet-{number:03d}-{world.rng.getrandbits(64):016x}"
        for turn in range(6):
            person = (one, other)[turn % 2]
            at = world.start + (4 + 9 * turn) * DAY + world.rng.randrange(18, 22) * HOUR
            shopping.visit(person, at, {"user": person.user, "device": one.device, "cookie": person.cookies[0]})
        world.story = f"household/{number}"
        world.share(other, f"device:{one.device}")


def _anonymous_calls(world: World) -> None:
    """Somebody calls through the call centre and does not say who: nobody can be waiting for an answer."""
    for number in range(ANONYMOUS_CALLS):
        at = world.start + (9 + 11 * number) * DAY + 10 * HOUR + number
        world.tell_of_nobody("contact.inbound", at, {"phone": CALL_CENTRE}, channel="phone", team="hotline")
