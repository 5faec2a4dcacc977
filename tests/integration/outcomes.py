"""What must not depend on the way by which records were read: compared between two engines, or two runs."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from schemas.alert import Alert
from schemas.contact import ContactHold, ContactPolicy
from schemas.dead_letter import DeadLetter
from schemas.identity import IdentityChange
from schemas.journey import Journey
from schemas.timeline import TimelineEntry
from schemas.touchpoint import Origin

KEYS: Mapping[type, str] = {IdentityChange: "identifier", Alert: "alert_id", Journey: "journey_id", ContactPolicy: "customer_id"}


class Outcome(NamedTuple):
    """Everything that must not depend on the way."""

    customers: dict[str, tuple[str | None, int]]  # identifier -> customer, first seen
    rows: dict[str, Any]  # event id -> touchpoint and how it is attributed; of two equal ones either may have come last
    alerts: dict[str, Alert]
    journeys: dict[str, Journey]
    dead_letters: dict[tuple[str, int, int], DeadLetter]
    policies: dict[str, tuple[ContactHold, ...]]  # customer -> what holds contacts back


def outcome(published: Iterable[Any]) -> Outcome:
    """The highest version of everything, without what only tells when and why it was published."""
    newest: dict[tuple[type, Any], Any] = {}
    for message in published:
        key = (message.__class__, _key(message))
        known = newest.get(key)
        if known is None or _version(message) >= _version(known):
            newest[key] = message
    of: dict[type, dict[Any, Any]] = {kind: {} for kind in (*KEYS, TimelineEntry, DeadLetter)}
    for (kind, key), message in newest.items():
        of[kind][key] = message
    return Outcome(
        {key: (change.customer_id, change.first_seen) for key, change in of[IdentityChange].items()},
        {key: (replace(entry.touchpoint, origin=Origin()), entry.skip) for key, entry in of[TimelineEntry].items()},
        {key: _content(alert) for key, alert in of[Alert].items() if alert.status != "withdrawn"},
        {key: replace(journey, version=0) for key, journey in of[Journey].items() if not journey.withdrawn},
        of[DeadLetter],
        {key: policy.holds for key, policy in of[ContactPolicy].items() if policy.holds},
    )


def _key(message: Any) -> Any:
    if isinstance(message, TimelineEntry):
        return message.touchpoint.event_id
    if isinstance(message, DeadLetter):
        return message.origin.topic, message.origin.partition, message.origin.offset
    return getattr(message, KEYS[message.__class__])


def _version(message: Any) -> int:
    return 0 if isinstance(message, DeadLetter) else int(message.version)


def _content(alert: Alert) -> Alert:
    return replace(alert, change="opened", cause=None, because="", successor="", changed_at=0, version=0, historical=False)


def difference(found: Outcome, expected: Outcome) -> Mapping[str, Any]:
    """Per kind what is missing, what is too much and what differs; a few of each."""
    told: dict[str, Any] = {}
    for name in Outcome._fields:
        ours, theirs = getattr(found, name), getattr(expected, name)
        missing, more = theirs.keys() - ours.keys(), ours.keys() - theirs.keys()
        other = [key for key in ours.keys() & theirs.keys() if ours[key] != theirs[key]]
        if missing or more or other:
            shown = {key: (ours[key], theirs[key]) for key in other[:2]}
            told[name] = {"missing": (len(missing), list(missing)[:3]), "more": (len(more), list(more)[:3]), "other": (len(other), shown)}
    return told
