"""What happens in the simulated company, before any system writes it down; and the short form in which stories are told.

A story is a few lines such as `d0 09:00 ticket.assigned ticket=1 team=Returns`: days after the Monday of its week, local time, type, and
what the event says. What it breaks stands in the same form: `silence ticket:1 until=d1T10:00`. Numbers of tickets, orders, … are the
story's own; every telling gets numbers that nobody else has.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from streams.demo.people import Person

ZONE = ZoneInfo("Europe/Berlin")
REFS = ("order", "ticket", "lead", "deal", "quote", "promise", "return")
NUMBERS = ("score", "amount")  # attributes that systems write as numbers


@dataclass(frozen=True)
class Happening:
    """Something that one department's system will report about a person."""

    at: datetime
    type: str
    person: Person
    department: str = ""  # left out: that of the system that reports such things
    refs: Mapping[str, str] = field(default_factory=dict)
    channel: str = ""
    team: str = ""
    agent: str = ""
    facts: tuple[str, ...] = ()
    due_at: datetime | None = None
    attributes: Mapping[str, str | int | float | bool] = field(default_factory=dict)


@dataclass(frozen=True)
class Expected:
    """A final alert that a story leads to. `until` is when it ends; None: it does not."""

    rule: str
    matter: str
    until: datetime | None
    times: int


@dataclass(frozen=True)
class Story:
    """A journey that breaks `rule`, or very nearly does; `breaks` are all alerts that come of it, on whatever rule."""

    rule: str
    name: str
    steps: str
    breaks: str = ""
    room: int = 5  # days after its last line until everything is due that will not come
    week: int | None = None  # counted from the first; left out: any in which the story has room

    @property
    def hits(self) -> bool:
        """Does it break its rule?"""
        return any(line.split()[0] == self.rule for line in _lines(self.breaks))

    @property
    def days(self) -> int:
        """How many days after its Monday it has been told."""
        words = self.steps.replace("=", " ").split()
        return self.room + max(int(word[1:].partition("T")[0]) for word in words if word[0] == "d" and word[1:2].isdigit())


@dataclass(frozen=True)
class Telling:
    """A story as it happened to one person in one week."""

    story: Story
    person: Person
    monday: date
    minutes: int  # everything is so much later, so that no two tellings look alike
    number: int  # sets its refs apart

    def happenings(self) -> Iterator[Happening]:
        """Every step of the story."""
        for line in _lines(self.story.steps):
            day, clock, kind, *said = line.split()
            yield self._happening(f"{day}T{clock}", kind, dict(word.split("=", 1) for word in said))

    def expected(self) -> Iterator[Expected]:
        """Every alert of the story."""
        for line in _lines(self.story.breaks):
            rule, *rest = line.split()
            said = dict(word.split("=", 1) for word in rest if "=" in word)
            about = next((self._about(word) for word in rest if "=" not in word), "")
            until = self.at(said["until"]) if "until" in said else None
            yield Expected(rule, about, until, int(said.get("times", "1")))

    def at(self, text: str) -> datetime:
        """`d3T09:00`, local, as an instant of this telling."""
        day, _, clock = text.removeprefix("d").partition("T")
        local = datetime.combine(self.monday + timedelta(days=int(day)), time.fromisoformat(clock), ZONE)
        return local + timedelta(minutes=self.minutes)

    def ref(self, kind: str, number: str) -> str:
        """The number under which the company knows it: `T-00170`."""
        return f"{kind[0].upper()}-9{self.number:04}{number}"

    def _about(self, word: str) -> str:
        kind, _, number = word.partition(":")
        return f"{kind}:{self.ref(kind, number)}"

    def _happening(self, at: str, kind: str, said: dict[str, str]) -> Happening:
        refs = {name: self.ref(name, said.pop(name)) for name in REFS if name in said}
        facts, due = said.pop("facts", ""), said.pop("due", "")
        return Happening(
            self.at(at),
            kind,
            self.person,
            department=said.pop("by", ""),
            refs=refs,
            channel=said.pop("channel", ""),
            team=said.pop("team", "").replace("_", " "),
            agent=said.pop("agent", ""),
            facts=tuple(facts.split(",")) if facts else (),
            due_at=self.at(due) if due else None,
            attributes={name: _value(name, value, self) for name, value in said.items()},
        )


def _value(name: str, value: str, telling: Telling) -> str | int | bool:
    if name in NUMBERS:
        return int(value)
    if name == "record":
        return f"{value}-9{telling.number:04}"
    return value == "true" if value in ("true", "false") else value


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
