"""When two families become one, the family of the larger label hands everything over and keeps only where it went, for ever.

The ledgers move too, because they mirror what the sink holds: per entry the higher version was published last. Two entries of one
version with different content cannot be told apart in the sink either; such an entry becomes unknown and is published again.
"""

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from schemas.alert import Alert
from schemas.codec import encode
from schemas.contact import ContactHold, ContactPolicy
from schemas.identity import Repoint
from schemas.journey import Journey
from schemas.state import UNKNOWN, FamilyState, Handover, IdentityEntry
from streams.core.clock import later
from streams.stages.family import Outputs, absorb
from streams.stages.step import Send

PART_BYTES = 512 << 10  # Kafka brokers refuse messages over 1 MB; half of it leaves room for one large touchpoint more
_DIVISIBLE = ("touchpoints", "members", "links", "rests", "unlinks", "identity", "alerts", "journeys", "policies")


def hand_over(label: str, state: FamilyState, to: str, limit: int) -> Outputs:
    """Everything to the family `to`, which waits for it even if it is nothing, and its members are told."""
    bodies = list(parts(state, limit))
    return (
        *(Send("customer", to, Handover(to, label, part, len(bodies), body)) for part, body in enumerate(bodies)),
        *(Send("identify", member, Repoint(member, to, label)) for member in sorted(state.members)),
    )


def parts(state: FamilyState, limit: int) -> Iterator[FamilyState]:
    """The state cut into bodies of about `limit` bytes. What cannot be cut is small, and is in each of them."""
    if len(encode(state)) <= limit:
        yield state
        return
    rest = replace(state, **{name: {} for name in _DIVISIBLE})
    part: dict[str, dict[str, Any]] = {}
    size = 0
    for name in _DIVISIBLE:
        for key, value in getattr(state, name).items():
            weight = len(encode((key, value)))
            if part and size + weight > limit:
                yield replace(rest, **part)
                part, size = {}, 0
            part.setdefault(name, {})[key] = value
            size += weight
    yield replace(rest, **part)


def receive(state: FamilyState, message: Handover) -> tuple[FamilyState, Outputs]:
    """The union of two families, ledgers included."""
    body = message.body
    grown, outputs = absorb(state, message.family, body)
    merged = replace(
        grown,
        identity=_merged(grown.identity, body.identity, _unknown_identity),
        alerts=_merged(grown.alerts, body.alerts, _unknown_alert),
        journeys=_merged(grown.journeys, body.journeys, _unknown_journey),
        policies=_merged(grown.policies, body.policies, _unknown_policy),
        version=max(grown.version, body.version),
        clock=later(grown.clock, body.clock),
        received=_received(grown, message),
    )
    return (grown if merged == grown else replace(merged, dirty=True, unresolved=True)), outputs


def _merged(ours: dict[str, Any], theirs: dict[str, Any], unknown: Any) -> dict[str, Any]:
    changed = {}
    for key, entry in theirs.items():
        known = ours.get(key)
        if known is None or entry.version > known.version:
            changed[key] = entry
        elif entry.version == known.version and entry != known:
            changed[key] = unknown(known, entry)
    return {**ours, **changed} if changed else ours


def _unknown_identity(*entries: IdentityEntry) -> IdentityEntry:
    return replace(entries[0], customer_id=UNKNOWN)


def _unknown_alert(*entries: Alert) -> Alert:
    """Equal to no alert that can be present, and not withdrawn: whatever is true is published."""
    return replace(min(entries, key=encode), status="open", summary=UNKNOWN, historical=all(alert.historical for alert in entries))


def _unknown_journey(*entries: Journey) -> Journey:
    return replace(min(entries, key=encode), matter=UNKNOWN, withdrawn=False)


def _unknown_policy(*entries: ContactPolicy) -> ContactPolicy:
    return replace(min(entries, key=encode), holds=(ContactHold(rule=UNKNOWN, purposes=()),))


def expect(state: FamilyState, source: str) -> FamilyState:
    """A hand-over of the family `source` is on its way, unless it is here already."""
    return state if source in state.received else replace(state, received={**state.received, source: (1, ())})


def _received(state: FamilyState, message: Handover) -> dict[str, tuple[int, tuple[int, ...]]]:
    """Which parts are here, of those sent to us and to the family that was handed over.

    A complete hand-over stays noted: after a crash its last parts alone may come again, and must not look like an incomplete one, nor
    may we wait for it once more.
    """
    received = dict(state.received)
    for source, (expected, here) in (*message.body.received.items(), (message.source, (message.parts, (message.part,)))):
        least, known = received.get(source, (expected, ()))
        received[source] = max(least, expected), tuple(sorted({*known, *here}))
    return received


def is_waiting(state: FamilyState) -> bool:
    """Is a hand-over, or a part of one, still on its way?"""
    return any(len(here) < expected for expected, here in state.received.values())
