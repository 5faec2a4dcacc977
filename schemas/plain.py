"""Messages as JSON objects, for everybody outside: a field has a name there, not a place.

Inside, messages and states are arrays, which are smaller and faster. The classes here are the same messages with the same fields, so
that there is one definition of each; they exist to be read from JSON and to describe it (JSON Schema).
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict, astuple

from schemas.alert import Alert, Evidence
from schemas.contact import ContactHold, ContactPolicy
from schemas.dead_letter import DeadLetter
from schemas.identity import IdentityChange
from schemas.journey import Journey
from schemas.timeline import TimelineEntry
from schemas.touchpoint import Origin, Touchpoint

Published = TimelineEntry | IdentityChange | Journey | Alert | ContactPolicy | DeadLetter


class PlainOrigin(Origin, frozen=True, array_like=False):
    """See `Origin`."""


class PlainTouchpoint(Touchpoint, frozen=True, array_like=False, kw_only=True):
    """See `Touchpoint`."""

    origin: PlainOrigin = PlainOrigin()


class PlainTimelineEntry(TimelineEntry, frozen=True, array_like=False, tag=False):
    """See `TimelineEntry`."""

    touchpoint: PlainTouchpoint


class PlainIdentityChange(IdentityChange, frozen=True, array_like=False, tag=False, kw_only=True):
    """See `IdentityChange`."""


class PlainJourney(Journey, frozen=True, array_like=False, tag=False, kw_only=True):
    """See `Journey`."""


class PlainEvidence(Evidence, frozen=True, array_like=False):
    """See `Evidence`."""


class PlainAlert(Alert, frozen=True, array_like=False, tag=False, kw_only=True):
    """See `Alert`."""

    evidence: tuple[PlainEvidence, ...] = ()


class PlainContactHold(ContactHold, frozen=True, array_like=False, kw_only=True):
    """See `ContactHold`."""


class PlainContactPolicy(ContactPolicy, frozen=True, array_like=False, tag=False, kw_only=True):
    """See `ContactPolicy`."""

    holds: tuple[PlainContactHold, ...] = ()


class PlainDeadLetter(DeadLetter, frozen=True, array_like=False, tag=False, kw_only=True):
    """See `DeadLetter`; the payload is Base64."""

    origin: PlainOrigin


PLAIN: Mapping[type[Any], type[Struct]] = {
    TimelineEntry: PlainTimelineEntry,
    IdentityChange: PlainIdentityChange,
    Journey: PlainJourney,
    Alert: PlainAlert,
    ContactPolicy: PlainContactPolicy,
    DeadLetter: PlainDeadLetter,
}
_MESSAGES: Mapping[type[Struct], type[Any]] = {read: message for message, read in PLAIN.items()}


def plain(message: Published) -> dict[str, Any]:
    """The message as an object, ready for JSON."""
    found = asdict(message)
    if isinstance(message, TimelineEntry):
        touchpoint = found["touchpoint"] = asdict(message.touchpoint)
        touchpoint["origin"] = asdict(message.touchpoint.origin)
    elif isinstance(message, Alert):
        found["evidence"] = [asdict(evidence) for evidence in message.evidence]
    elif isinstance(message, ContactPolicy):
        found["holds"] = [asdict(hold) for hold in message.holds]
    elif isinstance(message, DeadLetter):
        found["origin"] = asdict(message.origin)
    return found


def message_of(read: Struct) -> Published:
    """The message that one of the classes above was read as."""
    fields = asdict(read)
    type = _MESSAGES[read.__class__]
    if type is TimelineEntry:
        touchpoint = asdict(fields["touchpoint"])
        touchpoint["origin"] = Origin(*astuple(touchpoint["origin"]))
        fields["touchpoint"] = Touchpoint(**touchpoint)
    elif type is Alert:
        fields["evidence"] = tuple(Evidence(*astuple(evidence)) for evidence in fields["evidence"])
    elif type is ContactPolicy:
        fields["holds"] = tuple(ContactHold(**asdict(hold)) for hold in fields["holds"])
    elif type is DeadLetter:
        fields["origin"] = Origin(*astuple(fields["origin"]))
    made: Published = type(**fields)
    return made
