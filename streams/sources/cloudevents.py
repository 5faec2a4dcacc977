"""The strict reader of structured CloudEvents: JSON, versions 1.0 and 0.3, with our own event data or any other payload."""

from base64 import b64decode
from collections.abc import Iterable
from typing import Any

from msgspec import json
from pydantic import BaseModel, ValidationError

from schemas.event import Envelope, EventData
from schemas.source import Source
from schemas.strict import reason_of
from streams.sources.record import Adapter, Draft, Invalid

HEARTBEAT = "source.heartbeat"


def read_envelope(value: Any) -> Envelope:
    """The CloudEvent in a decoded JSON value; raises `Invalid` with the attribute that is wrong."""
    if not isinstance(value, dict):
        raise Invalid("not_cloudevents", "", f"a CloudEvent is an object, not {type(value).__name__}")
    try:
        return Envelope.model_validate(value)
    except ValidationError as error:
        field, message = _first_problem(Envelope, error)
        raise Invalid("not_cloudevents", field, f"{field or 'the envelope'}: {message}") from None


def payload(envelope: Envelope) -> Any:
    """The decoded data: the JSON value, or text; base64 is unpacked and read as JSON where it can be."""
    packed = envelope.data_base64
    if packed is None and envelope.datacontentencoding is not None:
        packed = envelope.data if isinstance(envelope.data, str) else ""
    if packed is None:
        return envelope.data
    try:
        content = b64decode(packed, validate=True)
    except ValueError:
        raise Invalid("not_cloudevents", "data_base64", "data_base64: is not base64 (RFC 4648)") from None
    try:
        return json.decode(content)
    except (ValueError, RecursionError):
        return content.decode("utf-8", "replace")


def compile_native(source: Source) -> Adapter:
    """CloudEvents whose data are ours: each is one touchpoint."""

    def drafts(value: Any) -> Iterable[Draft]:
        envelope = read_envelope(value)
        content = payload(envelope)
        if envelope.type == HEARTBEAT and not content:
            content = {"identifiers": {"source": source.source}}
        try:
            event = EventData.model_validate(content)
        except ValidationError as error:
            field, message = _first_problem(EventData, error)
            missing = error.errors(include_url=False, include_input=False)[0]["type"] == "missing"
            raise Invalid(
                "missing_field" if missing else "invalid_value", f"data.{field}".rstrip("."), f"data.{field}: {message}"
            ) from None
        return (_draft(source.rename.get(envelope.type, envelope.type), envelope, event),)

    return drafts


def _draft(kind: str, envelope: Envelope, event: EventData) -> Draft:
    position = (envelope.model_extra or {}).get("sequence")  # the extension allows any text; only numbers say an order to us
    return Draft(
        type=kind,
        time=envelope.time,
        identifiers=event.identifiers.items(),
        refs=sorted(event.refs.items()),
        department=event.department,
        direction=event.direction,
        channel=event.channel,
        team=event.team,
        agent=event.agent,
        facts=event.facts,
        due_at=event.due_at,
        attributes=sorted(event.attributes.items()),
        id=envelope.id,
        scope=envelope.source,
        sequence=position if str(position).isdecimal() else None,
        recorded=envelope.recordedtime,
        sent=event.sent_at,
        known=tuple(event.known),
    )


def compile_mapped(mapping: Adapter) -> Adapter:
    """CloudEvents with foreign data: the source file's paths look into the envelope (`type`, `data.customer.email`)."""

    def drafts(value: Any) -> Iterable[Draft]:
        envelope = read_envelope(value)
        for draft in mapping({**value, "data": payload(envelope)}):
            yield draft if draft.id else draft._replace(id=f"{draft.type}:{envelope.id}", scope=envelope.source)

    return drafts


def _first_problem(model: type[BaseModel], error: ValidationError) -> tuple[str, str]:
    """Field and message of the first problem; never the value, which may be personal."""
    problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
    steps = (str(step) for step in problem["loc"])  # of a union the last step is the alternative
    return ".".join(step for step in steps if not step.startswith("union[")), reason_of(model, problem)
