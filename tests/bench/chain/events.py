"""Events like those of the BPI Challenge 2013: incidents that go from team to team, about nine events each, many of them at a time.

The customer of an incident is one of so many; the first event of an incident says the e-mail address, too, so that identity has work.
"""

from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple

from msgspec import Struct

from tests.servers.installation import SOURCE_PARTITIONS

OPEN = 2_000  # incidents at a time
TEAMS, AGENTS = 60, 600
LENGTH = (3, 14)  # events of an incident, the last two being its end
HANDED_ON, HANDED_BACK = 0.25, 0.5  # of the events; of those that are handed on, to the team before
STEPS = (
    ("In Progress", "Accepted"),
    ("In Progress", "Accepted"),
    ("Awaiting Assignment", "Queued"),
    ("Assigned", "Accepted"),
    ("Wait - User", "Accepted"),
)


class DeskEvent(Struct):
    """As the desk writes it: about 290 bytes of JSON."""

    id: str
    at: str
    case: str
    customer: str
    email: str | None
    step: str
    status: str
    team: str
    agent: str
    line: str
    product: str
    impact: str


class Record(NamedTuple):
    """On its way to Kafka; an incident stays in one partition."""

    partition: int
    key: bytes
    event: DeskEvent


class Incident:
    """What the desk does with one concern."""

    def __init__(self, number: int, customer: int, chance: Random) -> None:
        self.number, self.customer, self._chance = number, customer, chance
        self._left = self._length = chance.randint(*LENGTH)
        self._team = self._before = chance.randrange(TEAMS)

    @property
    def is_over(self) -> bool:
        return not self._left

    def step(self, id: int) -> Record:
        """Its next event."""
        first = self._left == self._length
        self._left -= 1
        chance = self._chance
        if self._left < 2:
            step, status = ("Closed" if not self._left else "Resolved"), "Completed"
        else:
            step, status = chance.choice(STEPS)
            if not first and chance.random() < HANDED_ON:
                back = chance.random() < HANDED_BACK
                self._before, self._team = self._team, self._before if back else chance.randrange(TEAMS)
        case = f"1-{self.number:09d}"
        event = DeskEvent(
            id=f"{id:010d}",
            at="",
            case=case,
            customer=customer_of(self.customer),
            email=f"{customer_of(self.customer)}@example.org" if first else None,
            step=step,
            status=status,
            team=f"G{self._team} 2nd",
            agent=f"agent {chance.randrange(AGENTS)}",
            line=f"Org line C{self._team % 5}",
            product=f"PROD{self.number % 700}",
            impact="Medium" if self.number % 3 else "Low",
        )
        return Record(self.number % SOURCE_PARTITIONS, case.encode(), event)


def customer_of(number: int) -> str:
    """Always as long, so that one can stand for another."""
    return f"c{number:07d}"


def records(customers: int, first: int = 0) -> Iterator[Record]:
    """For ever; `first` numbers the first event and incident, so that two runs do not repeat each other."""
    chance = Random(first + 1)
    number = first
    incidents: list[Any] = []
    while True:
        if len(incidents) < OPEN:
            incidents.append(Incident(number, chance.randrange(customers), chance))
        place = chance.randrange(len(incidents))
        incident = incidents[place]
        yield incident.step(number)
        number += 1
        if incident.is_over:
            incidents[place] = incidents[-1]
            incidents.pop()
