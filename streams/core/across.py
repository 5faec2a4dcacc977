"""Findings across customers become alerts, with the life that alerts of one customer have.

A finding is a row that a rule's query gives for an instant. It is the alert of the same key whose time it overlaps, or else a new one,
named after rule, key and the instant since which the rule is broken: the same tables, asked again, give the same ids.

| in the ledger | the rows of now | becomes |
|---|---|---|
| not, or withdrawn | a finding | opened, or at once resolved when it has ended already |
| going on | the same finding | updated where it says something else; resolved where it has ended |
| going on | none, but there is one for the instant at which it was opened | resolved now: it has ended |
| going on | none, and by what is known today there never was one | withdrawn |
| ended lately | none, and by what is known today there never was one | withdrawn: what was late on its way has shown it |
| ended | none | stays: it is older than what the query looks back at |

What people said about alerts counts as for those of one customer (`streams.core.commands`): said of the alert itself, of its rule for
everybody, or of the customer whom it names.

The ledger is the table of alerts itself, so a process that dies between asking and writing leaves nothing behind, and the next one
publishes the same ids and versions.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from schemas.across import MEANING, AcrossRule
from schemas.alert import Alert, Evidence
from schemas.ids import alert_id
from schemas.nearest import nearest
from streams.core.alert_changes import Evaluation, changes, content
from streams.core.calendar import instant
from streams.core.commands import Word, answered
from streams.core.evidence import shown
from streams.core.rule_versions import rule_versions
from streams.core.summary import listed, local_time

ENDED = frozenset({"resolved", "withdrawn"})
UNSAID: Mapping[str, Any] = {"said": "", "said_by": "", "said_until": None}
NOBODY = "00000000-0000-0000-0000-000000000000"  # how the tables write that there is no customer
EVER = 1 << 63


class UnusableAnswer(ValueError):
    """A query answers something else than findings: whoever wrote it has to mend it."""


class Finding(Struct, frozen=True, kw_only=True):
    """One row of an answer; instants in microseconds."""

    key: tuple[str, ...]
    starts_at: int
    ends_at: int | None = None
    size: int = 1
    customer_id: str | None = None
    departments: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    values: Mapping[str, Any] = {}  # the whole row, for the sentence

    def overlaps(self, alert: Alert) -> bool:
        """Do both tell of one time?"""
        return self.starts_at < _or_ever(alert.ends_at) and alert.starts_at < _or_ever(self.ends_at)

    def holds_at(self, at: int) -> bool:
        """Was the rule broken then?"""
        return self.starts_at <= at < _or_ever(self.ends_at)


def _or_ever(end: int | None) -> int:
    return EVER if end is None else end


class Outcome(NamedTuple):
    """What one evaluation of one rule has come to."""

    findings: int
    changes: list[Alert]


class Across:
    """One rule across customers, ready to judge what its query answers."""

    def __init__(self, name: str, rule: AcrossRule, *, timezone: str) -> None:
        self.name, self.rule = name, rule
        self.version = rule_versions({name: rule}, {})[name]
        self._zone = ZoneInfo(timezone)

    def findings(self, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> tuple[Finding, ...]:
        """The answer as findings; raises `UnusableAnswer` with the rule and the column that is at fault."""
        for name in (*self.rule.key, "starts_at"):
            if name not in columns:
                raise self._unusable(f"the query has no column {name}{nearest(name, columns)}")
        found = tuple(self._finding(dict(zip(columns, row, strict=True))) for row in rows)
        going_on = [finding.key for finding in found if finding.ends_at is None]
        if twice := next((key for key in going_on if going_on.count(key) > 1), None):
            raise self._unusable(f"two rows of the key {', '.join(twice)} go on at one time")
        return found

    def gone(self, ledger: Mapping[str, Alert], found: Sequence[Finding], since: int) -> tuple[Alert, ...]:
        """Alerts that went on, or have ended after `since`, and have no finding any more: were they right? The answer of then tells."""
        present = self._present(ledger, found)
        return tuple(
            alert
            for alert in ledger.values()
            if alert.alert_id not in present
            and alert.status != "withdrawn"
            and (alert.status not in ENDED or _or_ever(alert.ends_at) > since)
        )

    def judge(
        self, ledger: Mapping[str, Alert], found: Sequence[Finding], right: Mapping[str, bool], this: Evaluation, words: Iterable[Word] = ()
    ) -> Outcome:
        """`right`: of those `gone`, had they a finding when they were opened? Publishes what differs from the ledger."""
        present = answered(self._present(ledger, found), words, this.now).alerts
        present |= {name: _over(ledger[name], this.now) for name, was in right.items() if was}
        known = {name: alert for name, alert in ledger.items() if name in present or name in right or alert.status not in ENDED}
        return Outcome(len(found), changes(known, present, this))

    def _finding(self, row: Mapping[str, Any]) -> Finding:
        try:
            ends_at = row.get("ends_at")
            customer = row.get("customer_id")
            return Finding(
                key=tuple(str(row[name]) for name in self.rule.key),
                starts_at=instant(_instant(row["starts_at"])),
                ends_at=None if ends_at is None else instant(_instant(ends_at)),
                size=int(row.get("size", 1)),
                customer_id=None if customer is None or str(customer) == NOBODY else str(customer),
                departments=tuple(map(str, row.get("departments", ()))),
                evidence=tuple(
                    Evidence(str(event), instant(at), str(type), str(who)) for event, at, type, who in shown(row.get("evidence", ()))
                ),
                values=row,
            )
        except (TypeError, ValueError) as error:
            means = "; ".join(f"{name}: {what}" for name, what in MEANING.items() if name in row)
            raise self._unusable(f"a row is no finding ({error}); {means}") from None

    def _present(self, ledger: Mapping[str, Alert], found: Sequence[Finding]) -> dict[str, Alert]:
        """alert id -> content. A finding takes the alert of its own name, else the first one that it overlaps, else a new one."""
        free = {name: alert for name, alert in ledger.items() if alert.status != "withdrawn"}
        named = [(alert_id(self.name, finding.key, str(finding.starts_at)), finding) for finding in found]
        own = {name for name, _ in named}
        present = {}
        for name, finding in sorted(named, key=lambda pair: (pair[1].starts_at, pair[0])):
            before = free.get(name) or self._same(finding, [alert for other, alert in free.items() if other not in own])
            if before is not None:
                del free[before.alert_id]
            alert = self._alert(name if before is None else before.alert_id, finding, before)
            present[alert.alert_id] = alert
        return present

    @staticmethod
    def _same(finding: Finding, alerts: Iterable[Alert]) -> Alert | None:
        shared = [alert for alert in alerts if alert.key == finding.key and finding.overlaps(alert)]
        return min(shared, key=lambda alert: (alert.starts_at, alert.alert_id), default=None)

    def _alert(self, name: str, finding: Finding, before: Alert | None) -> Alert:
        rule = self.rule
        return Alert(
            alert_id=name,
            rule=self.name,
            rule_version=self.version,
            status="open" if finding.ends_at is None else "resolved",
            level="broken",
            severity=rule.severity,
            customer_id=finding.customer_id,
            matter="",
            journey="",
            key=finding.key,
            responsible=rule.who or "",
            departments=finding.departments,
            # A window that moves on leaves the beginning of what still goes on behind.
            starts_at=finding.starts_at if before is None else min(finding.starts_at, before.starts_at),
            ends_at=finding.ends_at,
            occurrences=finding.size,
            title=rule.title,
            summary=self._sentence(finding.values),
            evidence=finding.evidence,
        )

    def _sentence(self, row: Mapping[str, Any]) -> str:
        text = self.rule.summary.get("en") or next(iter(self.rule.summary.values()))
        try:
            return text.format_map({name: _spoken(value, self._zone) for name, value in row.items()})
        except KeyError as error:
            name = error.args[0]
            raise self._unusable(f"summary names {{{name}}}, which is no column of the query{nearest(name, row)}") from None

    def _unusable(self, why: str) -> UnusableAnswer:
        return UnusableAnswer(f"across.{self.name}: {why}")


def was_right(alert: Alert, opened: int, then: Iterable[Finding]) -> bool:
    """`then`: the answer as of the instant at which the alert was opened."""
    own = (finding for finding in then if finding.key == alert.key)
    return any(finding.overlaps(alert) if alert.status in ENDED else finding.holds_at(opened) for finding in own)


def _over(alert: Alert, now: int) -> Alert:
    """It was right, and has ended: now, if not before."""
    if alert.status in ENDED:
        return content(alert)
    return replace(alert, status="resolved", ends_at=max(now, alert.starts_at), **UNSAID)


def _instant(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    raise TypeError(f"{value!r} is no instant")


def _spoken(value: Any, zone: tzinfo) -> str:
    """As a sentence says it."""
    if isinstance(value, datetime):
        return local_time(instant(value), zone)
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return listed([str(item) for item in value])
    return "" if value is None else str(value)
