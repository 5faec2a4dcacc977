"""Histories for the laws: a small company whose rules use every parameter of the language, and generated touchpoints.

A history is made from a seed, so that a failure is repeated with `history_of(seed)`.
"""

from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

from hypothesis import strategies as st
from pydantic import TypeAdapter

from schemas.clock import Clock
from schemas.rule import Hours, Rule
from schemas.strict import load_yaml
from schemas.touchpoint import Touchpoint
from streams.core.calendar import instant
from streams.core.rules.court import Court, Judgement
from streams.core.rules.finding import Finding

HOUR = 3_600_000_000
BASE = instant("2026-03-27T00:00")  # a Friday; summer time starts on Sunday
HOURS = 60  # so long a history lasts at most
FAR = BASE + 1_000 * HOUR  # when everything has been said

COMPANY = load_yaml(
    """
timezone: Europe/Berlin
matter: [o, k]
calendars:
  office: {tz: Europe/Berlin, hours: {mon-fri: ["08:00-12:00", "13:00-17:00"]}}
types: {t.a: [north], t.b: [south], t.c: [east], t.p: [south], t.g: [north]}
rules:
  e1: {title: x, expect: {after: t.a, then: t.b, unless: t.c, within: 5h, warn: 2h}}
  e2: {title: x, per: ref.o, expect: {after: t.a, then: t.b, by: due, grace: 1h}}
  e3: {title: x, expect: {after: t.a, then: t.b, within: 3h, anytime: true}}
  e4: {title: x, per: customer, expect: {after: t.a, then: t.b, within: 4h, pause: {after: t.p, until: t.g}}}
  e5: {title: x, per: customer, expect: {after: [t.a, t.b], then: [t.a, t.b, t.c], within: 4h}}
  e6: {title: x, calendar: office, expect: {after: t.a, then: t.b, within: 6h, warn: 1h}}
  e7: {title: x, loose: true, expect: {after: t.a, then: t.b, within: 5h}}
  e8: {title: x, calendar: office, per: customer, expect: {after: t.a, then: t.b, within: 6h, pause: {after: t.p, until: t.g}}}
  e9: {title: x, per: customer, expect: {after: t.a, then: t.b, by: due, within: 2h, end_of: day}}
  e10: {title: x, judge: settled, per: customer, expect: {after: t.a, then: t.b, within: 4h, pause: {after: [t.p, t.c], until: [t.g, t.p]}}}
  e11: {title: x, per: customer, expect: {after: t.a, then: t.b, within: 1d}}
  f1: {title: x, per: customer, forbid: {what: t.c, after: t.a, until: t.b, within: 6h, each: team, others: true}}
  f2: {title: x, forbid: {what: t.a, before: t.b, grace: 2h}}
  f3: {title: x, per: customer, forbid: {what: [t.c, t.b], after: t.a, until: t.b, each: ref.o, times: 2, grace: 1h}}
  f4: {title: x, per: customer, forbid: {what: t.c, after: alert.e1.opened, until: alert.e1.ended, within: 20h}}
  f5: {title: x, per: customer, expect: {after: alert.l1.opened, then: t.g, unless: alert.l1.ended, within: 3h}}
  f6: {title: x, sure: true, forbid: {what: t.c, after: t.a, until: t.b}}
  f7: {title: x, sure: false, per: [matter, team], forbid: {what: t.a, before: t.b}}
  f8: {title: x, forbid: {what: [t.a, t.c], after: t.a, until: [t.a, t.b, t.c]}}
  f9: {title: x, judge: settled, per: customer, forbid: {what: t.c, after: t.a, within: 6h}}
  f10: {title: x, per: customer, forbid: {what: [t.b, t.c], after: t.a, until: t.b, within: 6h, each: team}}
  l1: {title: x, per: customer, limit: {what: t.a, at_most: 2, within: 5h}}
  l2: {title: x, limit: {what: t.a, each: team, until: t.b, at_most: 1}}
  l3: {title: x, per: [matter, facts], limit: {what: [t.a, t.c], each: team, at_most: 1, within: 6h}}
  l4: {title: x, per: customer, sure: true, limit: {what: t.a, till: due, until: t.c, at_most: 1}}
  l5: {title: x, per: [customer, source], limit: {what: t.a, each: team, at_most: 1}}
  l6: {title: x, per: customer, limit: {what: t.a, until: t.b, at_most: 2}}
  l7: {title: x, limit: {what: [t.a, t.b], until: [t.b, t.c], at_most: 1, within: 9h}}
  p1: {title: x, per: customer, pingpong: {what: t.a, holder: team, within: 6h, until: t.c}}
  p2: {title: x, per: ref.o, pingpong: {what: t.*, holder: team, direct: false}}
  p3: {title: x, per: customer, sure: true, pingpong: {what: [t.a, t.b], holder: team, times: 2, ignore: [C]}}
  p4: {title: x, per: customer, pingpong: {what: t.a, holder: team, within: 1d}}
""",
    "histories",
)
DEPARTMENT = {"t.a": "north", "t.b": "south", "t.c": "east", "t.p": "south", "t.g": "north", "t.other": "east"}


def court_of(rules: Mapping[str, Any], **company: Any) -> Court:
    """A court of rules as they stand in YAML; without types everything is allowed."""
    given: dict[str, Any] = {"words": {}, "types": {}, "calendars": {}, "matter": (), "timezone": "UTC", **company}
    given["calendars"] = {name: Hours.model_validate(hours) for name, hours in given["calendars"].items()}
    return Court(TypeAdapter(dict[str, Rule]).validate_python(rules), **given)


COURT = court_of(COMPANY["rules"], **{name: COMPANY[name] for name in ("types", "calendars", "matter", "timezone")})


def by_id(judgement: Judgement) -> dict[tuple[str, tuple[str, ...], str], Finding]:
    found = {finding.id: finding for finding in judgement.findings}
    assert len(found) == len(judgement.findings), "an id names one finding"
    return found


def of_rule(judgement: Judgement, rule: str, level: str = "broken") -> list[Finding]:
    return [finding for finding in judgement.findings if finding.rule == rule and finding.level == level]


def history_of(seed: int, hours: tuple[int, int] = (0, HOURS), prefix: str = "e", *, tie: bool = True, most: int = 22) -> list[Touchpoint]:
    """Up to `most` touchpoints on full hours, so that many are simultaneous; with `tie` some have refs of several matters."""
    random = Random(seed)
    first, last = hours
    last = min(last, first + random.choice([4, 12, 30, HOURS]))
    often = random.choice([0.2, 0.8])
    teams = random.choice([["A", "B"], ["A", "B", "C", ""], ["A", "A", "B", "C"]])
    types = random.choice([["t.a"] * 4 + ["t.b", "t.c"], ["t.a", "t.a", "t.b", "t.c", "t.p", "t.g", "t.other"], ["t.a", "t.b"]])
    number = random.randint(0, most)
    found = []
    for name in random.sample(range(number), number):
        at = BASE + random.randint(first, last) * HOUR
        type = random.choice(types)
        refs: dict[str, tuple[str, ...]] = {}
        if random.random() < often:
            refs["o"] = random.choice([("1",), ("1",), ("2",)] + [("1", "2")] * tie)
        if random.random() < often / 2 and (tie or not refs):
            refs["k"] = (random.choice("78"),)
        found.append(
            Touchpoint(
                event_id=f"{prefix}{name:02}",
                type=type,
                at=at,
                source=random.choice("ssz"),
                department=DEPARTMENT[type],
                ids=("crm_id:1",),
                refs=refs,
                team=random.choice(teams),
                facts=tuple(fact for fact in "xy" if random.random() < 0.5),
                seq=random.choice([0, 0, 1, 2]),
                attributes={"due": at + random.randint(-2, 9) * HOUR} if random.random() < 0.5 else {},
            )
        )
    return found


def histories(**how: Any) -> st.SearchStrategy[list[Touchpoint]]:
    return st.integers(0, 2**40).map(lambda seed: history_of(seed, **how))


def clock_at(now: int, **departments: int) -> Clock:
    return Clock(now, departments)


HOURS_OF_A_CLOCK = st.integers(-1, HOURS + 30).map(lambda hour: BASE + hour * HOUR)
CLOCKS = st.builds(clock_at, HOURS_OF_A_CLOCK, north=HOURS_OF_A_CLOCK, south=HOURS_OF_A_CLOCK, east=HOURS_OF_A_CLOCK)


def everybody(at: int) -> Clock:
    """All departments have said everything up to that instant."""
    return Clock(at)


def names(touchpoints: Iterable[Touchpoint]) -> list[str]:
    return [touchpoint.event_id for touchpoint in touchpoints]
