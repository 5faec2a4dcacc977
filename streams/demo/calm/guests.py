"""Customers whom we take for two people for a while: who orders as a guest, and who uses a loyalty card before putting a name to it."""

from streams.demo.calm.seasons import STORE_HOURS, STORE_WEEK, Season
from streams.demo.calm.shopping import Shopping
from streams.demo.happenings import TILL
from streams.demo.people import Person, stranger
from streams.demo.workdays import DAY, HOUR
from streams.demo.world import World

STORES = ("München", "Augsburg", "Nürnberg")
EARLY = 40 * DAY  # before the end: the other name is used by then, and recognised some days later


class Guests:
    """Each of these customers is two until something links them, and one from then on."""

    def __init__(self, world: World, shopping: Shopping) -> None:
        self._world, self._shopping = world, shopping
        self._store = Season(world, STORE_WEEK, STORE_HOURS, holidays=False)

    def two_names(self, person: Person) -> None:
        """One way or the other."""
        if person.user and (person.loyalty or self._world.rng.random() < 0.6):
            self._orders_as_guest(person)
        else:
            self._card_without_a_name(person)

    def _orders_as_guest(self, person: Person) -> None:
        """Ordered under another address, which the customer enters in the account when the goods are there."""
        world = self._world
        guest = stranger(world.rng, person)
        delivered = self._shopping.order_once(guest, world.as_of - EARLY)
        world.recognise(person, guest, delivered + world.rng.randrange(2, 9) * DAY + world.rng.randrange(8 * HOUR))

    def _card_without_a_name(self, person: Person) -> None:
        """The till hands out cards; the form with the address comes later."""
        world, rng = self._world, self._world.rng
        card = f"27{person.number:09d}"
        person.more.append(f"loyalty:{card}")
        at = self._store.draw()
        while at > world.as_of - EARLY:
            at = self._store.draw()
        affair = world.affair(person)
        affair.add("store.visited", at, known={"loyalty": card}, store=rng.choice(STORES))
        named = at + rng.randrange(5, 20) * DAY + rng.randrange(HOUR)
        known = {"loyalty": card, "email": person.email}
        affair.add("record.created", named, system=TILL, department="offline", known=known, record=card)
        world.merge(f"email:{person.email}", f"loyalty:{card}", named)
