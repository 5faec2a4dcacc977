"""The world of one run: its days, its people, and what happens to them.

Chance comes from one seeded generator, so that the same seed gives the same bytes. What would happen after the end of the data is not told.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

from schemas.strict import InvalidConfiguration
from streams.demo.happenings import CHANNELS, CONTACTS, MAIL, SHOP, TILL, WEB, Happening, known_to, where
from streams.demo.people import Person, crowd, open_accounts
from streams.demo.truth import Expected, Level, Merge, NearMiss, Ref
from streams.demo.workdays import DAY, HOUR, MINUTE, Office

FIRST_DAY = date(2026, 1, 5)  # a Monday, the first day after the holidays
LEAST_CUSTOMERS, LEAST_DAYS, MOST_DAYS = 300, 60, 200
WEEKDAYS = (0, 1, 2, 3, 4)
SHARED = "shared_identifier"  # not a rule: identity itself says that a link was refused
QUIET_DAYS = 9  # before a story: no window of a rule reaches so far back into calm days
REGULAR_FOR = 45 * DAY  # what many customers share happens in the last weeks, and about what they ordered shortly before
OUTAGE_BEFORE_END = 11 * DAY  # early enough for all that it held back to be judged
NUMBERS = {"order": "S-100", "ticket": "T-200", "lead": "L-300", "deal": "D-400", "quote": "Q-500", "promise": "P-600", "return": "R-700"}


class World:
    """Days, people, happenings, and the truth about them."""

    def __init__(self, seed: int, customers: int, days: int) -> None:
        if customers < LEAST_CUSTOMERS or not LEAST_DAYS <= days <= MOST_DAYS:
            told = f"{LEAST_CUSTOMERS} customers or more and {LEAST_DAYS} to {MOST_DAYS} days"
            raise InvalidConfiguration([f"the stories of a company take {told}, not {customers} customers and {days} days"])
        self.rng = Random(seed)
        self.days = days
        self.first_day, self.last_day = FIRST_DAY, FIRST_DAY + timedelta(days=days - 1)
        self.office = Office(self.first_day, self.last_day)
        self.start = self.office.midnight(self.first_day)
        self.as_of = self.office.midnight(self.last_day + timedelta(days=1))
        self.people = crowd(self.rng, customers)
        self.happenings: list[Happening] = []
        self.expected: list[Expected] = []
        self.near_misses: list[NearMiss] = []
        self.merges: list[Merge] = []
        self.story = ""
        self._cast = 0
        self._regulars: list[Person] = []
        self._numbers = dict.fromkeys(NUMBERS, 0)

    # People

    def someone(self, at: int) -> Person:
        """A customer who is in no story yet, with an account everywhere; the story begins then."""
        person = self.people[self._cast]
        self._cast += 1
        open_accounts(self.rng, person, shop=True, crm=True, card=True)
        person.calm_until = at - QUIET_DAYS * DAY
        return person

    def regulars(self, number: int) -> list[Person]:
        """The first so many of those whom stories about many customers share; each of them is well looked after."""
        while len(self._regulars) < number:
            self._regulars.append(self.someone(self.as_of - REGULAR_FOR))
        return self._regulars[:number]

    @property
    def cast(self) -> list[Person]:
        """Who is in a story."""
        return self.people[: self._cast]

    @property
    def others(self) -> list[Person]:
        """Who is in no story."""
        return self.people[self._cast :]

    # Days

    def scene(
        self, length: int, *kinds: str, weekday: tuple[int, ...] = WEEKDAYS, plain: int = 0, within: int | None = None, before: int = 2
    ) -> tuple["Affair", int]:
        """A new customer's affair that begins on a working morning.

        `before` and `length`: days that the story takes before and after it; `plain`: so many days from it without a holiday; `within`:
        so near to the end.
        """
        days = [self.first_day + timedelta(days=n) for n in range(before, self.days - length)]
        days = [day for day in days if self._suits(day, weekday, plain) and (within is None or (self.last_day - day).days < within)]
        return self.scene_at(self.office.at(self.rng.choice(days), 8.5) + self.rng.randrange(90 * MINUTE), *kinds)

    def scene_at(self, at: int, *kinds: str) -> tuple["Affair", int]:
        """A new customer's affair that begins then."""
        return self.affair(self.someone(at), *kinds), at

    def _suits(self, day: date, weekday: tuple[int, ...], plain: int) -> bool:
        following = (day + timedelta(days=n) for n in range(plain))
        return self.office.is_workday(day) and day.weekday() in weekday and not any(map(self.office.is_holiday, following))

    @property
    def outage(self) -> tuple[int, int]:
        """When the service desk is gone: seven working hours of one of the last days."""
        day = self.office.workday(self.as_of - OUTAGE_BEFORE_END, 0)
        return self.office.at(day, 9.2), self.office.at(day, 16.25)

    def long_ago(self, days: int) -> int:
        """A working morning at least so many days before the end, and hardly more: perhaps before the first day."""
        latest = self.office.day_of(self.as_of - days * DAY)
        day = self.office.workdays[bisect_left(self.office.workdays, latest) - 1]
        return self.office.at(day, 9) + self.rng.randrange(HOUR)

    # What happens

    def number(self, kind: str) -> str:
        """The next number of an order, a ticket, a lead."""
        self._numbers[kind] += 1
        return f"{NUMBERS[kind]}{self._numbers[kind]:04d}"

    def affair(self, person: Person, *kinds: str, **refs: str) -> "Affair":
        """Something between us and a person, with new numbers of these kinds, or given ones."""
        return Affair(self, person, {kind: self.number(kind) for kind in kinds} | refs)

    def tell(self, happening: Happening) -> None:
        if happening.at <= self.as_of:
            self.happenings.append(happening)

    def tell_of_nobody(self, type: str, at: int, known: dict[str, str], **how: Any) -> None:
        """Something that concerns a customer whom nobody can name."""
        system, department = where(type, None)
        self.tell(Happening(type, at, system, department, None, known, {}, **how))

    def introduce(self, person: Person) -> None:
        """The records by which the systems know a person; older than everything else."""
        born = self.office.at(self.first_day - timedelta(days=self.rng.randrange(100, 330)), 9) + self.rng.randrange(12 * HOUR)
        affair = Affair(self, person, {})
        if person.user:
            affair.add("record.created", born, system=SHOP, department="online", record=person.user)
        if person.loyalty:
            known = {"loyalty": person.loyalty, "email": person.email}
            affair.add("record.created", born + 9 * DAY, system=TILL, department="offline", known=known, record=person.loyalty)
        if person.crm_id:
            self.contact_record(person, person.crm_id, born + 20 * DAY)
        affair.add("consent.granted", born + HOUR, channel="mail")

    def contact_record(self, person: Person, crm_id: str, at: int, **known: str) -> None:
        """A record of sales."""
        known = {"crm_id": crm_id, **(known or {"email": person.email, "phone": person.phone})}
        described = {"record": crm_id, "first_name": person.first, "last_name": person.last, "city": person.city, "born": str(person.born)}
        Affair(self, person, {}).add("record.created", at, system=CONTACTS, department="sales", known=known, **described)

    def recognise(self, person: Person, stranger: Person, at: int) -> int:
        """The person logs in and enters the stranger's address, so both are one; returns when."""
        known = {"user": person.user, "cookie": person.cookies[0], "email": stranger.email}
        traits = {"name": person.name, "city": person.city}
        Affair(self, person, {}).add("record.updated", at, system=WEB, department="online", known=known, **traits)
        self.merge(f"email:{person.email}", f"email:{stranger.email}", at)
        return at

    # The truth

    def merge(self, one: str, other: str, at: int) -> None:
        """Until then these were two customers; what is not told any more has not happened."""
        if at <= self.as_of:
            self.merges.append(Merge(one, other, at))

    def expect(
        self,
        rule: str,
        affair: "Affair",
        about: str | None = None,
        *,
        until: float | None = None,
        occurrences: int = 1,
        level: Level = "broken",
    ) -> None:
        """One alert about the affair's ref of that kind, or about the customer as a whole."""
        ref: Ref | None = None if about is None else (about, affair.refs[about])
        person = affair.person
        self.expected.append(Expected(rule, self.story, (), person, ref, until, occurrences, level))

    def share(self, person: Person, identifier: str) -> None:
        """What this person uses belongs to somebody else, who used it first; that is told as a finding about the person."""
        self.expected.append(Expected(SHARED, self.story, (), person))

    def expect_across(self, rule: str, *key: str, occurrences: int) -> None:
        """One alert about many customers, which goes on."""
        self.expected.append(Expected(rule, self.story, (), occurrences=occurrences, key=key))

    def spare_across(self, rule: str, *key: str) -> None:
        """That rule must not speak of this."""
        self.near_misses.append(NearMiss(rule, self.story, (), key))

    def settle_identifiers(self) -> None:
        """Alerts and near misses name all by which their customer is known in the end."""
        self.expected = [replace(e, identifiers=tuple(e.person.identifiers)) if e.person else e for e in self.expected]

    def spare(self, rule: str, people: Iterable[Person]) -> None:
        """That rule must not speak of these people."""
        self.near_misses += [NearMiss(rule, self.story, tuple(person.identifiers)) for person in people]


class Affair:
    """One concern of one person: whatever is added to it carries its refs."""

    def __init__(self, world: World, person: Person, refs: dict[str, str]) -> None:
        self.world, self.person, self.refs = world, person, refs
        self.office = world.office

    def add(self, type: str, at: int, **how: Any) -> int:
        """Something happens; returns when. Words that a `Happening` does not have are attributes; `refs` stands in for the affair's own."""
        system, department = where(type, how.pop("department", None)) if "system" not in how else (how.pop("system"), how.pop("department"))
        refs = how.pop("refs", None)
        refs = self._carried(system, type) if refs is None else refs
        channel = how.pop("channel", "") or (CHANNELS[department] if type.startswith("contact.") else "")
        known = how.pop("known", None) or known_to(system, self.person, refs, "form" if type == "ticket.opened" else channel)
        team, facts, due_at, delay = how.pop("team", ""), how.pop("facts", ()), how.pop("due_at", None), how.pop("delay", None)
        self.world.tell(Happening(type, at, system, department, self.person, known, refs, channel, team, facts, due_at, delay, how))
        return at

    def _carried(self, system: str, type: str) -> dict[str, str]:
        """The refs that a system writes down: the carrier only the order, engineering only the ticket, marketing not the order."""
        kinds = {"logistics": ("order",), "shop": ("order", "lead"), "tracker": ("ticket",), MAIL: ("lead",)}.get(system)
        if type == "survey.sent":
            kinds = ("order", "ticket")
        return self.refs if kinds is None else {kind: ref for kind, ref in self.refs.items() if kind in kinds}
