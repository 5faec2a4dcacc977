"""Short stories for the tests of single rules: touchpoints by the hour, and a court of one rule or a few."""

from typing import Any

from schemas.clock import Clock
from schemas.touchpoint import Touchpoint
from streams.core.rules.court import Judgement
from streams.core.rules.finding import Finding
from tests.core.rules.histories import BASE, HOUR, court_of

FAR = 1_000  # hours after the first


def told(hour: float, type: str, name: str = "", **rest: Any) -> Touchpoint:
    """A touchpoint so many hours after the start; it is named after its hour and type unless it has a name."""
    fields = {"source": "desk", "department": "service", "ids": ("crm_id:1",), **rest}
    return Touchpoint(event_id=name or f"{type}@{hour:g}", type=type, at=BASE + int(hour * HOUR), **fields)


def clock_at(hour: float, **departments: float) -> Clock:
    return Clock(BASE + int(hour * HOUR), {name: BASE + int(at * HOUR) for name, at in departments.items()})


def judged(rule: dict[str, Any], *touchpoints: Touchpoint, now: float = FAR, company: Any = None, **clocks: float) -> Judgement:
    """What one rule says, per customer unless it says otherwise."""
    court = court_of({"rule": {"title": "x", "per": "customer", **rule}}, **(company or {}))
    return court.judge(touchpoints, clock_at(now, **clocks))


def hour_of(instant: int | None) -> float | None:
    return None if instant is None else (instant - BASE) / HOUR


def short(finding: Finding) -> tuple[Any, ...]:
    """Anchor, level, since and until in hours, size."""
    return finding.anchor, finding.level, hour_of(finding.since), hour_of(finding.until), finding.size


def found(rule: dict[str, Any], *touchpoints: Touchpoint, now: float = FAR, company: Any = None, **clocks: float) -> list[tuple[Any, ...]]:
    return [short(finding) for finding in judged(rule, *touchpoints, now=now, company=company, **clocks).findings]


def wakes(judgement: Judgement) -> dict[tuple[str, ...], float | None]:
    return {tuple(sorted(hears)): hour_of(at) for hears, at in judgement.wakes}
