"""Compare what was found with the truth: precision and recall, rule by rule, and what is missing or should not be there.

An alert is right when rule, customer, matter, level, status and number of occurrences are; the key stands for the customer where it is about
many. Alerts are compared as bags: two equal ones expected
and one found is one missing. Withdrawn alerts say themselves that they were never right, and are left out.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from streams.core.across import NOBODY

UNKNOWN = "?"  # a customer that nobody found

Whom = str | tuple[str, ...]  # a customer, or the key of what is about many
Key = tuple[str, Whom, str, str, str, int]  # rule, whom, matter, level, status, occurrences


@dataclass(frozen=True, slots=True)
class RuleScore:
    """One row of the table."""

    expected: int = 0
    found: int = 0
    right: int = 0

    @property
    def precision(self) -> float:
        """How much of what was found is right; 1 when nothing was found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """How much of what is right was found; 1 when there is nothing to find."""
        return self.right / self.expected if self.expected else 1.0


@dataclass(frozen=True, slots=True)
class Score:
    """How good an answer is. `split` and `joined`: people who are more than one customer, and customers who are more than one person."""

    rules: Mapping[str, RuleScore]
    missing: tuple[Mapping[str, Any], ...] = ()  # expected alerts, as in the truth
    unexpected: tuple[Mapping[str, Any], ...] = ()  # found alerts, as given
    broken_near_misses: tuple[Mapping[str, Any], ...] = ()
    split: tuple[tuple[str, ...], ...] = field(default=())
    joined: tuple[tuple[str, ...], ...] = field(default=())

    @property
    def total(self) -> RuleScore:
        rows = self.rules.values()
        return RuleScore(sum(r.expected for r in rows), sum(r.found for r in rows), sum(r.right for r in rows))

    @property
    def precision(self) -> float:
        return self.total.precision

    @property
    def recall(self) -> float:
        return self.total.recall

    @property
    def perfect(self) -> bool:
        return not (self.missing or self.unexpected or self.broken_near_misses or self.split or self.joined)


def score(truth: Mapping[str, Any], alerts: Iterable[Mapping[str, Any]], customers: Mapping[str, str]) -> Score:
    """`alerts`: rows of the view `alerts`; `customers`: identifier as in the truth -> customer id (those unknown are left out)."""
    expected: dict[Key, list[Mapping[str, Any]]] = defaultdict(list)
    for alert in truth["alerts"]:
        expected[_key(alert, _planned(alert, customers))].append(alert)
    found: dict[Key, list[Mapping[str, Any]]] = defaultdict(list)
    for alert in alerts:
        if alert["status"] != "withdrawn":
            found[_key(alert, _found(alert))].append(alert)
    split, joined = _people(truth["people"], customers)
    unexpected = tuple(_surplus(found, expected))
    return Score(
        _table(expected, found),
        tuple(_surplus(expected, found)),
        unexpected,
        tuple(_hit_by(unexpected, truth["near_misses"], customers)),
        split,
        joined,
    )


def _key(alert: Mapping[str, Any], whom: Whom) -> Key:
    level = alert.get("level", "broken")
    return alert["rule"], whom, alert["matter"], level, alert["status"], int(alert.get("occurrences", 1))


def _planned(entry: Mapping[str, Any], customers: Mapping[str, str]) -> Whom:
    """Whom an entry of the truth is about."""
    if entry.get("key"):
        return tuple(entry["key"])
    return next((customers[identifier] for identifier in entry["identifiers"] if identifier in customers), UNKNOWN)


def _found(alert: Mapping[str, Any]) -> Whom:
    customer = alert["customer_id"]
    return tuple(alert["key"]) if customer in (None, NOBODY) else str(customer)


def _surplus(these: Mapping[Key, list[Mapping[str, Any]]], those: Mapping[Key, list[Mapping[str, Any]]]) -> Iterable[Mapping[str, Any]]:
    for key, alerts in these.items():
        yield from alerts[len(those.get(key, ())) :]


def _table(expected: Mapping[Key, list[Any]], found: Mapping[Key, list[Any]]) -> dict[str, RuleScore]:
    wanted, got, right = Counter[str](), Counter[str](), Counter[str]()
    for key in {**expected, **found}:
        rule, here, there = key[0], len(expected.get(key, ())), len(found.get(key, ()))
        wanted[rule] += here
        got[rule] += there
        right[rule] += min(here, there)
    return {rule: RuleScore(wanted[rule], got[rule], right[rule]) for rule in sorted(wanted | got)}


def _hit_by(
    unexpected: Iterable[Mapping[str, Any]], near_misses: Iterable[Mapping[str, Any]], customers: Mapping[str, str]
) -> Iterable[Mapping[str, Any]]:
    """Near misses that were taken for hits."""
    wrong = {(alert["rule"], _found(alert)) for alert in unexpected}
    return (near for near in near_misses if (near["rule"], _planned(near, customers)) in wrong)


def _people(
    people: Iterable[Iterable[str]], customers: Mapping[str, str]
) -> tuple[tuple[tuple[str, ...], ...], tuple[tuple[str, ...], ...]]:
    owners: dict[str, list[str]] = defaultdict(list)
    split = []
    for person in people:
        mine = tuple(person)
        found = {customers.get(identifier, UNKNOWN) for identifier in mine}
        if len(found) > 1 or UNKNOWN in found:
            split.append(mine)
        for customer in found - {UNKNOWN}:
            owners[customer].append(mine[0])
    return tuple(split), tuple(tuple(several) for several in owners.values() if len(several) > 1)
