"""Customers of sales: architects, hotels, offices. Leads are called on the day, and every one has an outcome."""

from streams.demo.calm.seasons import SERVICE_HOURS, SERVICE_WEEK, Season
from streams.demo.people import Person
from streams.demo.steps import answer, ask, call, lead
from streams.demo.workdays import DAY, HOUR
from streams.demo.world import Affair, World

HOT = 80  # a score from which on sales does not reject


class Business:
    """What sales does."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._season = Season(world, SERVICE_WEEK, SERVICE_HOURS, holidays=False)

    def with_contract(self, person: Person) -> None:
        """A contract that runs since last year, and sometimes ends because it is over."""
        world = self._world
        affair = world.affair(person)
        affair.add("contract.started", world.start - world.rng.randrange(20, 90) * DAY)
        if world.rng.random() < 0.05:
            affair.add("contract.canceled", world.office.next(self._season.draw(), 0, 15), reason="moved")

    def lead(self, person: Person) -> None:
        """From interest to a yes or a no."""
        rng, office = self._world.rng, self._world.office
        at = self._season.draw()
        score = rng.randrange(35, 98)
        affair = self._world.affair(person, "lead")
        lead(affair, at, score=score)
        affair.add("lead.accepted", at + HOUR // 2)
        if rng.random() < 0.4:
            affair.add("claim.opened", at + HOUR // 2 + 60)
        called = call(affair, office.after(at, 0.5 + 4 * rng.random()))
        self._outcome(affair, called, score)

    def _outcome(self, affair: Affair, called: int, score: int) -> None:
        rng, office = self._world.rng, self._world.office
        decided = office.next(called + rng.randrange(8, 40) * DAY, 0, 9) + rng.randrange(8 * HOUR)
        if score < HOT and rng.random() < 0.3:
            affair.add("lead.rejected", decided, reason=rng.choice(("budget", "no need", "region")))
            return
        offer = self._world.affair(affair.person, "quote", "deal", **affair.refs)
        offer.add("quote.sent", office.next(called, 2, 10) + rng.randrange(6 * HOUR), refs={k: offer.refs[k] for k in ("quote", "lead")})
        if rng.random() < 0.5:
            ask(offer, office.next(called, 4, 9) + rng.randrange(5 * HOUR), department="sales", by="sales", answered=3)
        if rng.random() < 0.45:
            won = offer.add("deal.won", decided)
            offer.add("contract.started", won + DAY, refs={})
            self._promise(offer, won)
        else:
            offer.add("deal.lost", decided, reason=rng.choice(("price", "elsewhere", "postponed")))

    def _promise(self, offer: Affair, won: int) -> None:
        """A date for the fitting, which those who fit confirm and keep a day early."""
        rng, office = self._world.rng, self._world.office
        if rng.random() < 0.5:
            return
        promise = self._world.affair(offer.person, "promise", deal=offer.refs["deal"])
        promise.add("promise.made", won + HOUR // 2, due_at=office.next(won + 12 * DAY, 0, 16))
        promise.add("promise.confirmed", office.next(won, 1, 9) + rng.randrange(6 * HOUR), department="offline")
        promise.add("promise.kept", office.next(won + 6 * DAY, 0, 11))

    def follow_up(self, person: Person) -> None:
        """A call about nothing in particular."""
        if self._world.rng.random() < 0.3:
            answer(self._world.affair(person), self._season.draw(), "sales", channel="phone")
