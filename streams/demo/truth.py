"""What a right answer holds, told by those who wrote the stories.

An expectation is one alert: its rule, whom and what it is about, how often, and since when it is over (never: it is still open). A near
miss names the rule that must stay silent. What is about many customers names no customer, but the key by which its rule tells it apart. Matters are named as the rules name them: by the smallest of the refs that are tied together.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from streams.demo.happenings import Happening
from streams.demo.people import Person

Level = Literal["broken", "at_risk"]
Ref = tuple[str, str]
MATTER = ("order", "ticket", "lead", "deal", "quote", "return")


@dataclass(frozen=True, slots=True)
class Expected:
    """One alert. `until` in seconds; one that lies after the end of the data is not known yet."""

    rule: str
    story: str
    identifiers: tuple[str, ...]
    person: Person | None = None
    about: Ref | None = None  # any ref of the matter; None where the rule is judged for the customer
    until: float | None = None
    occurrences: int = 1
    level: Level = "broken"
    key: tuple[str, ...] = ()  # of many customers: what it is about instead of one of them


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A story after which this rule must have nothing to say about this customer, or this key, beyond what is expected."""

    rule: str
    story: str
    identifiers: tuple[str, ...]
    key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Merge:
    """Two identifiers of one person that are two customers until somebody hears of what happened at that instant."""

    one: str
    other: str
    at: int


@dataclass(slots=True)
class Counts:
    """How much was written, so that nothing can get lost unseen."""

    records: int = 0
    touchpoints: int = 0
    duplicates: int = 0
    late: int = 0
    unattributed: int = 0
    dead_letters: dict[str, int] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        return {
            "records": self.records,
            "touchpoints": self.touchpoints,
            "duplicates": self.duplicates,
            "late": self.late,
            "unattributed": self.unattributed,
            "dead_letters": dict(sorted(self.dead_letters.items())),
        }


def document(
    expected: Iterable[Expected], near: Iterable[NearMiss], happenings: Iterable[Happening], as_of: int, about: dict[str, Any]
) -> dict[str, Any]:
    """`truth.json`."""
    names = matter_names(happenings)
    return {
        **about,
        "as_of": _iso(as_of),
        "alerts": [_alert(e, names, as_of) for e in expected],
        "near_misses": [{"rule": n.rule, "story": n.story, "identifiers": list(n.identifiers), "key": list(n.key)} for n in near],
    }


def merged(merges: Iterable[Merge]) -> list[dict[str, Any]]:
    """Who was two customers, as `truth.json` says it."""
    return [{"identifiers": [merge.one, merge.other], "linked_at": _iso(merge.at)} for merge in merges]


def _alert(expected: Expected, names: dict[Ref, Ref], as_of: int) -> dict[str, Any]:
    over = expected.until is not None and expected.until <= as_of
    return {
        "rule": expected.rule,
        "story": expected.story,
        "level": expected.level,
        "status": "resolved" if over else "open",
        "matter": ":".join(names.get(expected.about, expected.about)) if expected.about else "",
        "identifiers": list(expected.identifiers),
        "key": list(expected.key),
        "occurrences": expected.occurrences,
        "ends_at": _iso(expected.until) if over and expected.until is not None else None,
    }


def matter_names(happenings: Iterable[Happening]) -> dict[Ref, Ref]:
    """Every ref -> the smallest ref that it is tied to."""
    parents: dict[Ref, Ref] = {}

    def root(ref: Ref) -> Ref:
        while parents.setdefault(ref, ref) != ref:
            ref = parents[ref]
        return ref

    for happening in happenings:
        refs = [ref for ref in happening.refs.items() if ref[0] in MATTER]
        for other in refs[1:]:
            kept, gone = sorted((root(refs[0]), root(other)))
            parents[gone] = kept
    return {ref: root(ref) for ref in parents}


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
