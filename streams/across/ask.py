"""What the tables say: the answer of a rule's query as of an instant, and the alerts that the rule has raised so far.

A query reads and nothing else, for a bounded time, in bounded memory; an answer of more rows than anybody could act on is refused
rather than cut, because what is cut off would count as ended.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from schemas.across import AcrossRule
from schemas.alert import Alert, Evidence
from schemas.command import ALERT, COMMANDS, RULE, WALL
from schemas.company import Company
from schemas.strict import DURATION
from schemas.touchpoint import Touchpoint
from sinks.clickhouse import Reader
from streams.core.across import NOBODY, Across, Finding
from streams.core.calendar import US, duration, instant, moment
from streams.core.commands import Word
from streams.newest import newest_touchpoint

LIMITS: Mapping[str, object] = {
    "max_execution_time": 30,  # seconds; a documented view answers within 200 ms on a million rows
    "max_memory_usage": 500_000_000,  # bytes: half of what the embedded server may take
    "max_result_rows": 1_000,  # findings of one rule: a budget is a few a month
    "result_overflow_mode": "throw",
}
# What was published: the view `alerts` also shows what was said to everybody, which here is yet to become a change.
LEDGER = "SELECT * FROM alert_latest FINAL WHERE has({rules:Array(String)}, rule)"
SAID = """
SELECT toString(event_id), what, said_at, said_by, said_until, alerts, rule, matter, everybody, customer_id FROM commands
WHERE what IN ('acknowledged', 'silenced')
    AND (everybody ? rule != '' OR notEmpty(alerts) : has({customers:Array(UUID)}, customer_id))
"""
OPENED = """
SELECT toString(alert_id), max(changed_at) FROM alert_changes
WHERE change = 'opened' AND has({rules:Array(String)}, rule) GROUP BY alert_id
"""
FIELDS = Alert.__struct_fields__


def parameters(rule: AcrossRule, company: Company, now: int) -> dict[str, object]:
    """What the query takes: the rule's own parameters and, where it asks for them, those that are given."""
    given: dict[str, object] = {
        "now": written(now),
        "sources": [source.source for source in company.sources],
        "quiet": [duration(source.quiet) // US for source in company.sources],
        "live": [source.source for source in company.sources if source.input.topic],
    }
    own = {name: _parameter(value) for name, value in rule.parameters.items()}
    return {name: value for name, value in {**given, **own}.items() if name in rule.placeholders}


def _parameter(value: object) -> object:
    if isinstance(value, tuple):
        return [_parameter(item) for item in value]
    return duration(value) // US if isinstance(value, str) and DURATION.fullmatch(value) else value


def written(at: int) -> str:
    """An instant as the server reads it: the driver would cut it to whole seconds."""
    return moment(at).strftime("%Y-%m-%d %H:%M:%S.%f")


def findings(reader: Reader, across: Across, company: Company, now: int) -> tuple[Finding, ...]:
    """The answer as of `now`; raises `InvalidQuery` or `UnusableAnswer`."""
    answer = reader.query(across.rule.query, parameters(across.rule, company, now), LIMITS)
    return across.findings([column.name for column in answer.columns], list(answer.rows))


def newest(reader: Reader) -> int:
    """When the newest touchpoint of a customer occurred; 0 where there is none."""
    at = newest_touchpoint(reader)
    return 0 if at is None else instant(at)


def ledger(reader: Reader, rules: Sequence[str]) -> dict[str, Alert]:
    """Every alert of the rules as the table has it, by id."""
    answer = reader.query(LEDGER, {"rules": list(rules)})
    names = [column.name for column in answer.columns]
    alerts = (_alert(dict(zip(names, row, strict=True))) for row in answer.rows)
    return {alert.alert_id: alert for alert in alerts if not alert.anchor}  # those of a rule inside one customer are named after an event


def said(reader: Reader, customers: Iterable[str]) -> tuple[Word, ...]:
    """What people said to everybody and about these customers."""
    return tuple(_word(row) for row in reader.query(SAID, {"customers": sorted(customers)}).rows)


def _word(row: Sequence[Any]) -> Word:
    event_id, what, at, by, until, alerts, rule, matter, everybody, customer = row
    touchpoint = Touchpoint(
        event_id=event_id, type=f"alert.{what}", at=instant(at), source=COMMANDS, department=WALL, ids=(), agent=by,
        due_at=None if until is None else instant(until), refs={ALERT: tuple(map(str, alerts))}, attributes={RULE: rule},
    )  # fmt: skip
    return Word(touchpoint, str(customer), frozenset(matter.split(", ")) if matter else frozenset(), everybody)


def opened_at(reader: Reader, rules: Sequence[str]) -> dict[str, int]:
    """alert id -> when it was opened last."""
    return {name: instant(at) for name, at in reader.query(OPENED, {"rules": list(rules)}).rows}


def _alert(row: Mapping[str, Any]) -> Alert:
    said = {name: READ.get(name, _plain)(row[name]) for name in FIELDS if name in row}
    return Alert(**said)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, UUID):
        return "" if str(value) == NOBODY else str(value)
    return tuple(value) if isinstance(value, list) else value


READ: Mapping[str, Callable[[Any], Any]] = {
    "customer_id": lambda value: _plain(value) or None,
    "cause": lambda value: value or None,
    "evidence": lambda value: tuple(Evidence(str(event), instant(at), type, who) for event, at, type, who in value),
}
