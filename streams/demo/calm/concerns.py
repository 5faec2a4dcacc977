"""Concerns that are dealt with well: taken at once, answered on the same day, solved within three."""

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from streams.demo.calm.seasons import SERVICE_HOURS, SERVICE_WEEK, Season
from streams.demo.people import Person
from streams.demo.steps import answer, ask, hand_over, open_ticket, resolve
from streams.demo.workdays import DAY, HOUR, MINUTE
from streams.demo.world import Affair, World

TEAMS = ("hotline", "billing", "returns", "fitters")
FACTS = ("order_number", "address", "defect", "iban", "phone_number", "article")
TAKES = 25 * DAY  # a calm concern is over by then, whatever the holidays
ROOM = 16 * DAY  # between two concerns of a customer, so that nobody hears from us too often


class Concerns:
    """What reaches the service desk."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._season = Season(world, SERVICE_WEEK, SERVICE_HOURS, holidays=False)

    def after_delivery(self, affair: Affair, delivered: int) -> None:
        """A question about an order that has come."""
        at = self._world.office.next(delivered, 1 + self._world.rng.randrange(3), 8.5) + self._world.rng.randrange(7 * HOUR)
        self._ticket(self._world.affair(affair.person, "ticket", order=affair.refs["order"]), at)

    def in_general(self, person: Person, until: int, busy: list[int]) -> int | None:
        """Some other question, with or without a ticket, away from the `busy` instants; returns when."""
        rng = self._world.rng
        at = self._season.draw()
        if at + TAKES > until or any(abs(at - other) < ROOM for other in busy):
            return None
        if rng.random() < 0.25:
            ask(self._world.affair(person), at, answered=0.3 + 4 * rng.random())
        else:
            self._ticket(self._world.affair(person, "ticket"), at)
        return at

    def _ticket(self, affair: Affair, at: int) -> None:
        rng, office = self._world.rng, self._world.office
        team = rng.choice(TEAMS)
        open_ticket(affair, at, team)
        channel = "phone" if rng.random() < 0.55 or affair.person.through_call_centre else "mail"
        facts = tuple(rng.sample(FACTS, rng.randrange(3)))
        ask(affair, at + 90, answered=0.2 + 4 * rng.random(), team=team, channel=channel, facts=facts)
        solved = office.after(at, 8 + 18 * rng.random())
        for part, chance in _PARTS:
            if rng.random() < chance:
                part(Concern(affair, at, solved))
                break
        resolve(affair, solved)
        if rng.random() < 0.4:
            asked = affair.add("survey.sent", solved + 20 * HOUR, refs={"ticket": affair.refs["ticket"]})
            if rng.random() < 0.3:
                affair.add("survey.answered", asked + 5 * HOUR, refs={"ticket": affair.refs["ticket"]}, score=rng.choice((5, 5, 4, 4, 3)))


class Concern(NamedTuple):
    """A ticket that was opened `at` and will be solved then."""

    affair: Affair
    at: int
    solved: int

    def after(self, hours: float) -> int:
        """When so many office hours have passed since it was opened."""
        return self.affair.office.after(self.at, hours)

    @property
    def rng(self) -> Random:
        return self.affair.world.rng


def _passed_on(concern: Concern) -> None:
    """To the team that knows more, which takes it."""
    hand_over(concern.affair, concern.after(4), concern.rng.choice(("specialists", "suppliers")), picked_up=0.3 + 2 * concern.rng.random())


def _waiting(concern: Concern) -> None:
    """The customer has to say something, and does."""
    concern.affair.add("ticket.waiting", concern.after(4.5))
    ask(concern.affair, concern.after(6.5), channel="mail", team="")


def _escalated(concern: Concern) -> None:
    """Engineering is asked, and answers within hours."""
    concern.affair.add("escalation.raised", concern.after(2))
    concern.affair.add("escalation.answered", concern.after(3 + 4 * concern.rng.random()))


def _promised(concern: Concern) -> None:
    """A call back, which comes long before it would be missed."""
    affair = concern.affair
    promise = affair.world.affair(affair.person, "promise", **affair.refs)
    promise.add("promise.made", concern.after(3), due_at=concern.solved + 9 * HOUR, department="service")
    promise.add("promise.kept", concern.solved - 5 * MINUTE, department="service")


def _complained(concern: Concern) -> None:
    """Somebody is angry, and is looked after; no campaign may come in between."""
    concern.affair.add("complaint.opened", concern.at + 2 * MINUTE)
    concern.affair.add("complaint.closed", concern.solved + 2 * HOUR)


def _confirmed_by_machine(concern: Concern) -> None:
    """Which is no answer, but a contact."""
    answer(concern.affair, concern.at + 2 * MINUTE, automatic=True)


_PARTS: tuple[tuple[Callable[[Concern], None], float], ...] = (
    (_passed_on, 0.2),
    (_waiting, 0.2),
    (_escalated, 0.12),
    (_promised, 0.2),
    (_complained, 0.08),
    (_confirmed_by_machine, 0.5),
)
