"""Alerts are published as the difference between what was published last (the ledger) and what is present now.

| in the ledger | present | published as |
|---|---|---|
| not, or withdrawn | any | as below |
| another status | open | opened |
| another status | held, acknowledged, silenced, resolved | held, acknowledged, silenced, resolved |
| the same status, other content | | updated |
| not withdrawn | not | withdrawn, with its last content and the cause |

What people said is content like everything else (`streams.core.commands`). An unchanged set publishes nothing.

Whether people are told of an alert is decided when it appears: what broke before `live_since` is *historical*, and so is all that becomes
of it, because nobody must hear of the end of what he never heard of. It becomes live when it breaks anew after that, and is then published
as if it had just appeared. What was live once stays live.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from schemas.alert import Alert, Cause, Change, Status
from schemas.touchpoint import NEVER

GOING_ON = frozenset({"open", "held", "acknowledged", "silenced"})
BECAME: Mapping[Status, Change] = {
    "open": "opened",
    "held": "held",
    "acknowledged": "acknowledged",
    "silenced": "silenced",
    "resolved": "resolved",
}
IdentityCause = Literal["identity_merge", "identity_split"]


class Evaluation(Struct, frozen=True, kw_only=True):
    """What the evaluation of a family knows besides its alerts."""

    version: int  # of everything it publishes
    now: int
    identity_changed: Mapping[str, IdentityCause] = {}  # customer id, as published before -> what became of it
    fresh: Sequence[str] = ()  # event ids that arrived or were corrected since the last evaluation, oldest first
    live_since: int = 0  # see `schemas.clock.Clock`
    rules: Mapping[str, str] = {}  # the rules in force -> their versions


def changes(ledger: Mapping[str, Alert], present: Mapping[str, Alert], this: Evaluation) -> list[Alert]:
    """What to publish, in the order of `present` and then of the ledger. Both hold the alerts of a whole family."""
    gone = _gone(ledger, present)
    told = {heir.alert_id for alert, heir in gone if heir is not None and not alert.historical}  # they replace what people know of
    published = []
    for alert in present.values():
        before = ledger.get(alert.alert_id)
        if before is None or content(before) != alert:
            alert = replace(alert, historical=alert.alert_id not in told and _is_historical(before, alert, this.live_since))
            published.append(_stamped(alert, this, change=_change(before, alert), because=_newest(alert, this.fresh)))
    return published + [_withdrawn(alert, heir, this) for alert, heir in gone]


def _gone(ledger: Mapping[str, Alert], present: Mapping[str, Alert]) -> list[tuple[Alert, Alert | None]]:
    """What is not present any more, and its successors."""
    gone = [alert for alert in ledger.values() if alert.status != "withdrawn" and alert.alert_id not in present]
    if not gone:
        return []
    known = {alert.alert_id for alert in ledger.values() if alert.status != "withdrawn"}
    return [(alert, _successor(alert, present.values(), known)) for alert in gone]


def content(published: Alert) -> Alert:
    """The part that is a pure function of the events and clocks."""
    return replace(published, change="opened", cause=None, because="", successor="", historical=False, changed_at=0, version=0)


def unspoken(published: Alert) -> Alert:
    """Its content before anybody said anything about it."""
    return replace(content(published), status="open", said="", said_by="", said_until=None)


def _stamped(alert: Alert, this: Evaluation, *, change: Change, because: str) -> Alert:
    return replace(alert, change=change, because=because, changed_at=this.now, version=this.version)


def _change(before: Alert | None, alert: Alert) -> Change:
    goes_live = before is not None and before.historical and not alert.historical
    if before is not None and before.status == alert.status and (alert.said or not goes_live):
        return "updated"
    return BECAME[alert.status]


def _is_historical(before: Alert | None, alert: Alert, live_since: int) -> bool:
    if before is not None and not (before.historical and _breaks_anew(before, alert)):
        return before.historical
    return live_since > 0 and _broke_last(alert) <= live_since


def _breaks_anew(before: Alert, alert: Alert) -> bool:
    """Once more, again after its end, or later than was known: for good instead of at risk, or as somebody else's touchpoints are sorted out."""
    again = before.status not in GOING_ON and alert.status in GOING_ON
    return again or alert.occurrences > before.occurrences or alert.starts_at > before.starts_at


def _broke_last(alert: Alert) -> int:
    """When it began; where it happened more than once, the newest touchpoint that it rests on, but for what has ended it."""
    if alert.occurrences == 1:
        return alert.starts_at
    end = NEVER if alert.ends_at is None else alert.ends_at
    return max([alert.starts_at, *(item.at for item in alert.evidence if item.at < end)])


def _newest(alert: Alert, fresh: Sequence[str]) -> str:
    """The newest fresh touchpoint that the alert rests on, a command included; none when time alone has brought it about."""
    if not fresh:
        return ""
    evidence = {alert.said, *(item.event_id for item in alert.evidence)}
    return next((event_id for event_id in reversed(fresh) if event_id in evidence), "")


def _successor(alert: Alert, present: Iterable[Alert], known: Set[str]) -> Alert | None:
    """The alert of the same rule that now stands for the same touchpoints.

    One that has just appeared need share only some of them (an earlier opener moved the anchor); one that was `known` before must have
    taken in the anchor (two episodes became one), because touchpoints that answer several matters are shared by chance.
    """
    touched = {item.event_id for item in alert.evidence}
    heirs = []
    for heir in present:
        if (heir.rule, heir.key) == (alert.rule, alert.key):
            shared = touched.intersection(item.event_id for item in heir.evidence)
            if alert.anchor in shared or (shared and heir.alert_id not in known):
                heirs.append(heir)
    return min(heirs, key=lambda heir: (heir.alert_id in known, heir.starts_at, heir.alert_id), default=None)


def _withdrawn(alert: Alert, successor: Alert | None, this: Evaluation) -> Alert:
    corrected = _newest(alert, this.fresh)
    newest = corrected or (this.fresh[-1] if this.fresh else "")
    cause: Cause
    if this.rules.get(alert.rule) != alert.rule_version:
        cause, newest = "rule_change", ""
    elif alert.customer_id is not None and alert.customer_id in this.identity_changed:
        cause = this.identity_changed[alert.customer_id]
    elif successor is not None:
        cause = "superseded"
    else:
        cause = "correction" if corrected else "late_event"
    return replace(
        _stamped(alert, this, change="withdrawn", because=newest),
        status="withdrawn",
        cause=cause,
        successor=successor.alert_id if successor is not None else "",
    )


def identity_causes(before: Mapping[str, str | None], after: Mapping[str, str | None]) -> dict[str, IdentityCause]:
    """What became of each customer, from identifier -> customer before and after.

    A customer is split when its identifiers are no longer together, merged when an identifier of another customer has joined it. An
    identifier that nobody had seen before merges nothing: it came with the touchpoint that brought it.
    """
    if before == after:
        return {}
    parts: dict[str, set[str | None]] = {}
    sources: dict[str, set[str]] = {}
    for identifier, customer in before.items():
        if customer is not None:
            became = after.get(identifier)
            parts.setdefault(customer, set()).add(became)
            if became is not None:
                sources.setdefault(became, set()).add(customer)
    causes: dict[str, IdentityCause] = {}
    for customer, pieces in parts.items():
        if len(pieces) > 1 or None in pieces:
            causes[customer] = "identity_split"
        elif any(len(sources[piece]) > 1 for piece in pieces if piece is not None):
            causes[customer] = "identity_merge"
    return causes
