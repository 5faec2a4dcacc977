"""What leaves Redthread: CloudEvents 1.0, structured, as JSON; `data` is the message.

`source` and `id` together name one version of one thing, so a repetition is known by its envelope alone. Written and read by this
module only, by the worker and by whoever consumes the public topics.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, Literal, NamedTuple

from msgspec import Struct, defstruct, json

from schemas.alert import Alert
from schemas.contact import ContactPolicy
from schemas.dead_letter import DeadLetter
from schemas.identity import IdentityChange
from schemas.journey import Journey
from schemas.plain import PLAIN, Published, message_of, plain
from schemas.timeline import TimelineEntry

CONTENT_TYPE = "application/cloudevents+json; charset=UTF-8"
HEADERS = (("content-type", CONTENT_TYPE.encode()),)
SOURCE = "redthread"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CloudEvent(NamedTuple):
    """An envelope that was opened."""

    id: str
    source: str
    type: str
    data: Published


class _Envelope(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """As it travels; `time` is when it occurred, for messages that say so."""

    specversion: Literal["1.0"]
    id: str
    source: str
    type: str
    datacontenttype: Literal["application/json"]
    data: Any  # the message as an object
    time: datetime | None = None


class Form(NamedTuple):
    """How one kind of message is put into an envelope, and which topic it goes to."""

    topic: str
    type: str
    key: Callable[[Any], str]
    id: Callable[[Any], str]
    time: Callable[[Any], int] | None


FORMS: Mapping[type[Any], Form] = {
    TimelineEntry: Form(
        "timeline.entries",
        "redthread.timeline.entry.v1",
        lambda entry: entry.touchpoint.ids[0] if entry.touchpoint.ids else entry.touchpoint.event_id,
        lambda entry: f"{entry.touchpoint.event_id}:{entry.version}",
        lambda entry: entry.touchpoint.at,
    ),
    IdentityChange: Form(
        "identity.changes",
        "redthread.identity.changed.v1",
        lambda change: change.identifier,
        lambda change: f"{change.identifier}:{change.version}",
        None,
    ),
    Journey: Form(
        "journeys.changes",
        "redthread.journey.changed.v1",
        lambda journey: journey.journey_id,
        lambda journey: f"{journey.journey_id}:{journey.version}",
        lambda journey: journey.last_at,
    ),
    Alert: Form(
        "alerts.changes",
        "redthread.alert.changed.v1",
        lambda alert: alert.alert_id,
        lambda alert: f"{alert.alert_id}:{alert.version}",
        lambda alert: alert.changed_at,
    ),
    ContactPolicy: Form(
        "contact.policies",
        "redthread.contact.policy.v1",
        lambda policy: policy.customer_id,
        lambda policy: f"{policy.customer_id}:{policy.version}",
        lambda policy: policy.changed_at,
    ),
    DeadLetter: Form(
        "ingest.dead-letters",
        "redthread.ingest.dead_letter.v1",
        lambda letter: letter.source,
        lambda letter: f"{letter.source}:{letter.origin.topic}/{letter.origin.partition}/{letter.origin.offset}:{letter.attempts}",
        lambda letter: letter.received_at,
    ),
}

_encode = json.Encoder().encode


class _Sealed(Struct, frozen=True, kw_only=True, tag_field="type"):
    """As it is read: its type says what the data are."""

    specversion: Literal["1.0"]
    id: str
    source: str
    datacontenttype: Literal["application/json"]
    time: datetime | None = None


def _sealed(message: type[Any], type: str) -> type[Struct]:
    return defstruct(f"_Sealed{message.__name__}", [("data", PLAIN[message])], bases=(_Sealed,), frozen=True, kw_only=True, tag=type)


_one_of: Any = reduce(or_, [_sealed(message, form.type) for message, form in FORMS.items()])
_decode = json.Decoder(_one_of).decode


def seal(message: Published, source: str = SOURCE) -> tuple[bytes, bytes]:
    """Key and value of the Kafka message. Raises `UnicodeEncodeError` for a text that holds half a character."""
    form = FORMS[message.__class__]
    event = _Envelope(
        specversion="1.0",
        id=form.id(message),
        source=source,
        type=form.type,
        datacontenttype="application/json",
        data=plain(message),
        time=None if form.time is None else _EPOCH + timedelta(microseconds=form.time(message)),
    )
    return form.key(message).encode(), _encode(event)


def opened(value: bytes) -> CloudEvent:
    """The envelope with its message; raises `msgspec.ValidationError` or `msgspec.DecodeError` for anything else."""
    event = _decode(value)
    return CloudEvent(event.id, event.source, event.__struct_config__.tag, message_of(event.data))
