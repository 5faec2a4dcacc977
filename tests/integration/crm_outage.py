"""3,000 leads, and a CRM that is gone for the eight working hours in which most of them must be called.

What must happen to each lead is worked out here by hand, from when it was qualified and when sales did something about it: the deadline is
eight office hours later, a warning comes two office hours before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from msgspec.json import encode

from streams.demo.workdays import MINUTE, Office

MONDAY, TUESDAY, WEDNESDAY = (date(2026, 3, day) for day in (2, 3, 4))
US = 1_000_000
LEADS = 3_000
IN_TIME, WARNED = 8, 6  # office hours
LOOK = 2 * MINUTE  # the wall goes on by so much from tick to tick
LATENESS = 10 * MINUTE  # of the CRM, as the company says
BEAT = 5 * MINUTE  # the CRM says that it is alive
DELIVERED_WITHIN = 40 * MINUTE  # what it kept comes one after the other, in the order in which it happened

COMPANY = """
company: Outage
timezone: Europe/Berlin
country: DE
sources:
  - source: forms
    department: marketing
    input: {format: jsonl, topic: forms}
    lateness: 1m
    quiet: 2d
    defaults: {time: at, id: id, identifiers: {email: email}, refs: {lead: lead}}
    events: [{type: {from: what, map: {qualified: lead.qualified}}}]
  - source: crm
    department: sales
    input: {format: jsonl, topic: crm}
    lateness: 10m
    quiet: 10m
    defaults: {time: at, id: id}
    events:
      - {type: {from: what, map: {call: call.made, rejected: lead.rejected}}, identifiers: {email: email}, refs: {lead: lead}}
      - {type: source.heartbeat, when: what == 'beat', identifiers: {source: "=crm"}}
"""


@dataclass(frozen=True)
class Lead:
    """Instants in seconds; `worked`: when sales did something about it, None: never."""

    name: str
    qualified: int
    warned: int
    due: int
    worked: int | None
    rejected: bool

    @property
    def is_missed(self) -> bool:
        """The alert is right."""
        return self.worked is None or self.worked > self.due

    def is_worked_by(self, at: int) -> bool:
        return self.worked is not None and self.worked <= at


@dataclass(frozen=True)
class Arrival:
    """A record as it comes to us, or has to wait for the end of the outage."""

    at: int
    topic: str
    raw: bytes


class Story:
    """Everything that happens from Monday morning to the end of Wednesday."""

    def __init__(self, seed: int = 1) -> None:
        self._rng = Random(seed)
        self.office = office = Office(MONDAY, WEDNESDAY)
        self.begins, self.end = office.at(MONDAY, 8), office.at(WEDNESDAY, 18)
        self.gone, self.back = office.at(TUESDAY, 9), office.at(TUESDAY, 17)
        self.leads = [self._lead(number) for number in range(LEADS)]

    def _lead(self, number: int) -> Lead:
        """Qualified between Monday, 9:30, and the middle of the outage; a fifth is never called, others up to ten office hours later."""
        qualified = self.office.after(self.begins, 1.5 + 13 * self._rng.random())
        never = number % 5 == 0
        worked = None if never else self.office.after(qualified, 10 * self._rng.random())
        due, warned = self.office.after(qualified, IN_TIME), self.office.after(qualified, WARNED)
        return Lead(f"L-{number:04d}", qualified, warned, due, worked, number % 5 == 1)

    def arrivals(self) -> list[Arrival]:
        """In the order in which they come."""
        return sorted(self._arrivals(), key=lambda arrival: arrival.at)

    def _arrivals(self) -> Iterator[Arrival]:
        for lead in self.leads:
            yield Arrival(lead.qualified + 1, "forms", self._record(lead, "qualified", lead.qualified))
            if lead.worked is not None:
                record = self._record(lead, "rejected" if lead.rejected else "call", lead.worked)
                yield Arrival(self.delivered(lead.worked), "crm", record)
        for at in range(self.begins, self.end + 1, BEAT):
            yield Arrival(self.delivered(at), "crm", encode({"what": "beat", "at": at, "id": f"beat-{at}"}))

    def delivered(self, at: int) -> int:
        """When the CRM sends what happened then."""
        if at <= self.gone:
            return at + 1
        if at < self.back:
            return self.back + (at - self.gone) * DELIVERED_WITHIN // (self.back - self.gone)
        return max(at + 1, self.back + DELIVERED_WITHIN)  # behind what was kept

    @staticmethod
    def _record(lead: Lead, what: str, at: int) -> bytes:
        return encode({"what": what, "at": at, "id": f"{lead.name}-{what}", "lead": lead.name, "email": f"{lead.name.lower()}@example.org"})


def write_company(folder: Path) -> Path:
    """The file of the company."""
    path = folder / "redthread.yaml"
    path.write_text(COMPANY, encoding="utf-8")
    return path
