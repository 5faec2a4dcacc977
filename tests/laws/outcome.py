"""What a history comes to: by the product, whatever happened on the way, and by the oracle, which judges the whole set at once."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from msgspec.structs import replace

from schemas.alert import Alert
from schemas.clock import Clock
from schemas.command import ACKNOWLEDGED, COMMANDS, SILENCED
from schemas.contact import ContactHold, ContactPolicy
from schemas.identity import IdentityChange
from schemas.journey import Journey
from schemas.timeline import TimelineEntry
from schemas.touchpoint import Touchpoint
from streams.core.alert_changes import content
from streams.core.crowded_identifier import crowded_identifiers
from streams.core.identity import IdentityRules, pair
from streams.core.shared_identifier import shared_identifiers
from tests.laws.oracle import Truth, truth
from tests.laws.simulation import Simulation
from tests.small_company import ALERTS, CONTACTS, COURT, JOURNEY_BOOK

Judged = tuple[dict[str, Alert], dict[str, Journey], dict[str, ContactPolicy]]


class Outcome(NamedTuple):
    """Everything that must not depend on the way."""

    customers: dict[str, tuple[str, int]]  # identifier -> customer, first seen
    held: dict[str, tuple[Touchpoint, int]]  # touchpoints in the state of a family
    rows: dict[str, tuple[str, int]]  # event id -> key of its timeline row
    skips: dict[str, int]  # event id -> to whom the row is attributed, for touchpoints that are kept
    alerts: dict[str, Alert]
    journeys: dict[str, Journey]
    policies: dict[str, tuple[ContactHold, ...]]  # customer -> what holds contacts


def reached(simulation: Simulation) -> Outcome:
    """By the product: the highest version of everything published, and the states that are left."""
    identity = _highest(simulation.published, IdentityChange, "identifier")
    rows = [entry for entry in simulation.published if isinstance(entry, TimelineEntry)]
    shown: dict[str, TimelineEntry] = {}
    for entry in sorted(rows, key=lambda entry: entry.version):
        shown[entry.touchpoint.event_id] = entry
    keys = {(entry.touchpoint.event_id, _row_key(entry.touchpoint)) for entry in rows}
    assert len(keys) == len(shown), "every event is exactly one row"
    named = {entry.attributed_to for entry in rows if entry.attributed_to is not None}
    assert named <= identity.keys(), "whoever a row is attributed to is published, as a customer or as nobody"
    held: dict[str, tuple[Touchpoint, int]] = {}
    for state in simulation.states().values():
        assert not held.keys() & state.touchpoints.keys(), "every touchpoint is in exactly one live family"
        assert not (state.moved_to is None and (state.dirty or state.unresolved)), "nothing is left to be judged"
        held |= state.touchpoints
    return Outcome(
        customers={c.identifier: (c.customer_id, c.first_seen) for c in identity.values() if c.customer_id is not None},
        held=held,
        rows=dict(keys),
        skips={event_id: entry.skip for event_id, entry in shown.items() if _is_kept(entry.touchpoint)},
        alerts={
            id: content(alert) for id, alert in _highest(simulation.published, Alert, "alert_id").items() if alert.status != "withdrawn"
        },
        journeys={
            id: replace(journey, version=0)
            for id, journey in _highest(simulation.published, Journey, "journey_id").items()
            if not journey.withdrawn
        },
        policies={id: policy.holds for id, policy in _highest(simulation.published, ContactPolicy, "customer_id").items() if policy.holds},
    )


def implied(rules: IdentityRules, messages: Iterable[object], clock: Clock) -> Outcome:
    """By the oracle."""
    true = truth(rules, messages)
    alerts, journeys, policies = _judged(rules, true, clock)
    kept = {event_id: held for event_id, held in true.touchpoints.items() if _is_kept(held[0])}
    return Outcome(
        customers={i: (customer, true.first_seen[i]) for i, customer in true.customers.items() if customer is not None},
        held={event_id: (t, skip) for event_id, (t, skip) in kept.items() if skip < len(t.ids)},
        rows={event_id: _row_key(t) for event_id, (t, _) in true.touchpoints.items()},
        skips={event_id: skip for event_id, (_, skip) in kept.items()},
        alerts=alerts,
        journeys=journeys,
        policies={customer: policy.holds for customer, policy in policies.items()},
    )


def _judged(rules: IdentityRules, true: Truth, clock: Clock) -> Judged:
    refused: Any = {pair(*link): why for link, why in true.refused.items()}
    spans = {pair(*link): (min(seen), max(seen)) for link, seen in true.links.items()}
    held = {event_id: (t, skip) for event_id, (t, skip) in true.touchpoints.items() if _is_kept(t) and skip < len(t.ids)}
    alerts = shared_identifiers(rules, true.customers, refused, spans) | crowded_identifiers(rules, held, true.customers)
    journeys: dict[str, Journey] = {}
    policies: dict[str, ContactPolicy] = {}
    histories: dict[str, dict[str, Touchpoint]] = {}
    for event_id, (t, skip) in held.items():
        histories.setdefault(str(true.customers[t.ids[skip]]), {})[event_id] = t
    for customer, touchpoints in histories.items():
        judgement = COURT.judge(list(touchpoints.values()), clock)
        inside = [pair(*link) for link in true.links if {true.customers[end] for end in link} == {customer}]
        alerts |= ALERTS.alerts(customer, touchpoints, judgement, inside)
        lived = {event_id: t for event_id, t in touchpoints.items() if t.source != COMMANDS}
        journeys |= JOURNEY_BOOK.journeys(customer, lived, judgement.matters, clock, judgement.findings)
        policies |= CONTACTS.policy(customer, touchpoints, judgement)
    said = [(customer, t) for customer, touchpoints in histories.items() for t in touchpoints.values() if t.source == COMMANDS]
    return {name: _spoken(alert, said, clock.now) for name, alert in alerts.items()}, journeys, policies


def _spoken(alert: Alert, said: list[tuple[str, Touchpoint]], now: int) -> Alert:
    """Of what was said about an alert that goes on: the last silence, if it is not over, or the last word that somebody takes care."""
    if alert.status not in ("open", "held"):
        return alert
    about = sorted((t for customer, t in said if _is_about(alert, customer, t)), key=lambda t: (t.at, t.event_id))
    silences = [t for t in about if t.type == SILENCED][-1:]
    counting = [
        t for t in about if t.type == ACKNOWLEDGED or (t in silences and t.due_at is not None and t.due_at > t.at and t.due_at > now)
    ]
    if not counting:
        return alert
    last = counting[-1]
    status: Any = "acknowledged" if last.type == ACKNOWLEDGED else "silenced"
    return replace(alert, status=status, said=last.event_id, said_by=last.agent, said_until=last.due_at)


def _is_about(alert: Alert, customer: str, said: Touchpoint) -> bool:
    if customer != alert.customer_id or said.attributes.get("rule", alert.rule) != alert.rule:
        return False
    if "alert" in said.refs:
        return said.refs["alert"] == (alert.alert_id,)
    return "ticket" not in said.refs or alert.matter == f"ticket:{said.refs['ticket'][0]}"


def _is_kept(touchpoint: Touchpoint) -> bool:
    return touchpoint.source == COMMANDS or COURT.significant(touchpoint) or JOURNEY_BOOK.significant(touchpoint)


def _row_key(touchpoint: Touchpoint) -> tuple[str, int]:
    return touchpoint.ids[0], touchpoint.at


def _highest(published: Iterable[Any], kind: type[Any], key: str) -> dict[str, Any]:
    """Per key the highest version, which must say one thing however often it was published."""
    newest: dict[str, list[Any]] = {}
    for message in published:
        if isinstance(message, kind):
            name, version = getattr(message, key), message.version
            known = newest.get(name)
            if known is None or version > known[0].version:
                newest[name] = [message]
            elif version == known[0].version:
                known.append(message)
    for messages in newest.values():
        assert all(message == messages[0] for message in messages), "a version says one thing"
    return {name: messages[0] for name, messages in newest.items()}
