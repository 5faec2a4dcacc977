"""Expected alerts against the table of alerts, as lines that a rule author can act on."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from schemas.alert import Alert
from schemas.fixture import ExpectedAlert
from streams.rulepack.events import Setting
from streams.rulepack.times import local

ALWAYS = ("rule", "status", "level")  # compared even where the story does not say them


class Story(NamedTuple):
    """What it takes to tell an alert in the words of the story."""

    setting: Setting
    customers: Mapping[str, str]  # customer id -> the identifier that the customer is named after


def differences(expected: Iterable[ExpectedAlert], got: Iterable[Alert], rule: str, story: Story) -> tuple[str, ...]:
    """One line per alert that is missing, too many, or not as expected; the most detailed expectation first."""
    table = {alert.alert_id: alert for alert in got}
    rows = [_row(alert, table, story) for alert in sorted(table.values(), key=lambda a: (a.starts_at, a.alert_id))]
    wanted = [_wanted(alert, rule, story.setting) for alert in expected]
    missing = []
    for want in sorted(wanted, key=len, reverse=True):  # one that says little must not take the row of one that says more
        match = next((row for row in rows if not _unlike(want, row)), None)
        if match is None:
            missing.append(want)
        else:
            rows.remove(match)
    return tuple(_told(missing, rows))


def _told(missing: list[dict[str, Any]], rows: list[dict[str, Any]]) -> Iterator[str]:
    for want in missing:
        nearest = min(rows, key=lambda row: len(_unlike(want, row)), default=None)
        if nearest is None:
            yield f"missing: {_text(want)}"
        else:
            rows.remove(nearest)
            yield "; ".join(f"{name}: expected {want[name]}, got {nearest[name]}" for name in _unlike(want, nearest))
    for row in rows:
        yield f"unexpected: {_text(row)}"


def _unlike(want: Mapping[str, Any], row: Mapping[str, Any]) -> list[str]:
    return [name for name, value in want.items() if row[name] != value]


def _text(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in row.items() if value not in (None, "", ()))


def _wanted(expected: ExpectedAlert, rule: str, setting: Setting) -> dict[str, Any]:
    """Only what the story says, in the words in which an alert is told."""
    said = {
        name: getattr(expected, name)
        for name in (*ALWAYS, *ExpectedAlert.model_fields)
        if name in ALWAYS or name in expected.model_fields_set
    }
    said["rule"] = said["rule"] or rule
    for name, told in _TOLD.items():
        if said.get(name) is not None:
            said[name] = told(said[name], setting)
    return said


def _time(text: str, setting: Setting) -> str:
    return local(setting.at(text), setting.timezone)


_TOLD: dict[str, Callable[[Any, Setting], str]] = {"since": _time, "until": _time}


def _row(alert: Alert, table: Mapping[str, Alert], story: Story) -> dict[str, Any]:
    """An alert in the words of a story."""
    timezone = story.setting.timezone
    successor = table.get(alert.successor)
    return {
        "rule": alert.rule,
        "status": alert.status,
        "level": alert.level,
        "change": alert.change,
        "severity": alert.severity,
        "since": local(alert.starts_at, timezone),
        "until": None if alert.ends_at is None else local(alert.ends_at, timezone),
        "occurrences": alert.occurrences,
        "matter": alert.matter,
        "key": alert.key,
        "customer": story.customers.get(alert.customer_id or "", alert.customer_id),
        "responsible": alert.responsible,
        "departments": alert.departments,
        "anchor": alert.anchor,
        "evidence": tuple(item.event_id for item in alert.evidence),
        "cause": alert.cause,
        "because": alert.because,
        "successor": successor.anchor if successor else alert.successor,
    }
