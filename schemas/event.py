"""What a native event looks like: a CloudEvents envelope (1.0, and 0.3 where still sent) around our own data.

The envelope is validated to the letter of the specification: an attribute that is spelt wrong is told now, by the producer's own test,
and not missed a year later by a rule that never fired.
"""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from schemas.source import Direction
from schemas.strict import Strict

ATTRIBUTE_NAME = re.compile(r"[a-z0-9]+")
MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(\s*;\s*[\w!#$&^.+-]+=([\w!#$&^.+-]+|\"[^\"]*\"))*", re.ASCII)
URI_REFERENCE = re.compile(r"[^\s<>\"{}|\\^`\x00-\x20\x7f]+")
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:" + URI_REFERENCE.pattern)
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)  # RFC 3339
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
SMALLEST_INTEGER, LARGEST_INTEGER = -(1 << 31), (1 << 31) - 1  # CloudEvents 1.0, section 3.1

Id = Annotated[str | int, Field(union_mode="left_to_right")]
Attribute = str | int | float | bool | None


class EventData(Strict):
    """The data of a native event; all but `identifiers` is optional."""

    model_config = ConfigDict(strict=True)

    identifiers: dict[str, Id | list[Id] | None] = Field(description="kind -> value or values")
    known: list[str] = Field([], description="identifiers as Redthread itself writes them: kind:value, personal kinds as keyed hashes")
    refs: dict[str, Id | list[Id] | None] = Field({}, description="kind -> what it is about")
    department: str | None = Field(None, description="who met the customer; left out: the department of the source")
    direction: Direction | None = Field(None, description="left out: as the vocabulary says of the type")
    channel: str | None = None
    team: str | None = None
    agent: str | None = None
    facts: list[str] = Field([], description="what the customer had to tell us")
    due_at: str | int | None = Field(None, description="what we promised")
    attributes: dict[str, Attribute] = {}
    sent_at: str | int | None = Field(None, description="when it was sent by the clock that wrote `time`")


def _matches(pattern: re.Pattern[str], what: str) -> AfterValidator:
    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(f"is not {what}")
        return text

    return AfterValidator(check)


def _is_text(text: str) -> str:
    if CONTROL.search(text):
        raise ValueError("holds a control character")
    return text


def _is_instant(text: str) -> str:
    if not TIMESTAMP.fullmatch(text):
        raise ValueError("is not an RFC 3339 time with its offset, such as 2026-03-04T12:00:00Z")
    try:
        datetime.fromisoformat(text.upper())
    except ValueError:
        raise ValueError("is not a time that exists") from None
    return text


Text = Annotated[str, Field(min_length=1), AfterValidator(_is_text)]
Reference = Annotated[Text, _matches(URI_REFERENCE, "a URI reference")]
Instant = Annotated[str, AfterValidator(_is_instant)]


class Envelope(BaseModel):
    """The context attributes and payload of a CloudEvent in JSON; a null attribute is an absent one."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, hide_input_in_errors=True)

    specversion: Literal["1.0", "0.3"]
    id: Text
    source: Reference
    type: Text
    subject: Text | None = None
    time: Instant | None = None
    recordedtime: Instant | None = None
    datacontenttype: Annotated[Text, _matches(MEDIA_TYPE, "a media type")] | None = None
    dataschema: Annotated[Text, _matches(URI, "a URI")] | None = None
    schemaurl: Reference | None = None
    datacontentencoding: Annotated[Text, _matches(re.compile("base64", re.IGNORECASE), "base64")] | None = None
    data: Any = None
    data_base64: str | None = None

    @model_validator(mode="after")
    def _attributes_of_its_version(self) -> "Envelope":
        if self.specversion == "0.3" and self.data_base64 is not None:
            raise ValueError("data_base64 came with version 1.0; 0.3 says datacontentencoding: base64")
        if self.data is not None and self.data_base64 is not None:
            raise ValueError("has both data and data_base64")
        return self

    @model_validator(mode="after")
    def _well_formed_extensions(self) -> "Envelope":
        for name, value in (self.model_extra or {}).items():
            if not ATTRIBUTE_NAME.fullmatch(name):
                raise ValueError(f"attribute {name!r}: a name has lower-case letters and digits only")
            _check_extension(name, value)
        return self


def _check_extension(name: str, value: Any) -> None:
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        if CONTROL.search(value):
            raise ValueError(f"attribute {name!r}: holds a control character")
    elif not isinstance(value, int):
        raise ValueError(f"attribute {name!r}: is neither text, integer nor boolean; write other numbers as text")
    elif not SMALLEST_INTEGER <= value <= LARGEST_INTEGER:
        raise ValueError(f"attribute {name!r}: is outside of 32 bits; write it as text")
