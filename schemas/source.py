"""A source file: how the records of one system become touchpoints. A new source is one YAML file and no code.

A *value* is a field path (`customer.email`), a `=literal`, a JMESPath expression where a plain path does not do, or a list of those,
of which the first non-empty one counts. A plain path is looked up directly; what holds one of `[ ] ( ) { } * | & @ ! < > = ? , " ' \\``
is JMESPath, so that a column called `Is active?` is written `'"Is active?"'`.
"""

import re
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo, available_timezones

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions
from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, field_validator, model_validator

from schemas.nearest import nearest
from schemas.strict import Duration, Strict

Format = Literal["csv", "jsonl", "json", "cloudevents", "segment", "xes"]
Direction = Literal["inbound", "outbound", "internal"]
DIRECTIONS: tuple[str, ...] = get_args(Direction)
ONE_OF_THEM = f"; write one of {', '.join(DIRECTIONS)}"

NATIVE = ("cloudevents", "segment")  # these say themselves what their records mean
PLAIN_PATH = re.compile(r"[^\[\](){}*|&@`\"'!<>=?,]+")
TYPE = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")


def is_plain(path: str) -> bool:
    """Can this path be looked up directly, or does it take JMESPath?"""
    return PLAIN_PATH.fullmatch(path) is not None


def _is_value(text: str) -> str:
    if text.startswith("="):
        return text
    if not text.strip():
        raise ValueError("a value is a field path, a =literal or a JMESPath expression, not an empty text")
    return text if is_plain(text) else _is_expression(text)


def _is_expression(text: str) -> str:
    try:
        problem = _unknown_function(jmespath.compile(text).parsed)
    except JMESPathError as error:
        problem = _first_line(error)
    if problem:
        hint = f"write ={text} for the literal text, '\"{text}\"' for a field of this name"
        raise ValueError(f"{text!r} is neither a plain field path nor valid JMESPath ({problem}); {hint}")
    return text


def _unknown_function(node: Any) -> str:
    """JMESPath itself notices a function that does not exist only when it is called."""
    if not isinstance(node, dict):
        return ""
    name = str(node.get("value"))
    if node["type"] == "function_expression" and name not in Functions.FUNCTION_TABLE:
        return f"there is no function {name}{nearest(name, Functions.FUNCTION_TABLE)}"
    return next((problem for child in node.get("children", ()) if (problem := _unknown_function(child))), "")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(":")


def _is_type(text: str) -> str:
    if not TYPE.fullmatch(text):
        raise ValueError(f"{text!r} is not an event type: dotted, lower case, past tense, such as order.placed")
    return text


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _shape(value: Any) -> str:
    return "choice" if isinstance(value, dict | Choice) else "word"


Path = Annotated[str, AfterValidator(_is_value)]
Expression = Annotated[str, AfterValidator(_is_expression)]
Value = Annotated[tuple[Path, ...], BeforeValidator(_listed, json_schema_input_type=str | list[str])]
EventType = Annotated[str, AfterValidator(_is_type)]


class Choice(Strict):
    """A word chosen by what a field says: `{from: status, map: {Accepted: ticket.accepted}, else: ticket.noted}`."""

    source: Value = Field(alias="from", description="the field whose text is looked up")
    map: dict[str, str] = Field(description="text of the field -> the word")
    otherwise: str | None = Field(None, alias="else", description="for every other text; left out: no event is made of such a record")

    @property
    def words(self) -> tuple[str, ...]:
        """Every word that it can give, in the order they are written."""
        return tuple(dict.fromkeys([*self.map.values(), *([self.otherwise] if self.otherwise is not None else [])]))


Word = Annotated[Annotated[str, Tag("word")] | Annotated[Choice, Tag("choice")], Discriminator(_shape)]


def words_of(word: str | Choice | None) -> tuple[str, ...]:
    """Every word that the literal or the choice can give."""
    if word is None:
        return ()
    return word.words if isinstance(word, Choice) else (word,)


class Input(Strict):
    """Where the records come from and how they are written."""

    format: Format
    files: Annotated[tuple[str, ...], BeforeValidator(_listed, json_schema_input_type=str | list[str])] = Field(
        (), description='globs of file names, such as "*orders*"; .gz and .zip are read as they are'
    )
    topic: str = Field("", description="the Kafka topic")
    delimiter: str = Field(",", min_length=1, max_length=1, description="csv: between fields")
    quote: str = Field('"', min_length=1, max_length=1, description="csv: around fields that hold a delimiter")
    columns: tuple[str, ...] = Field((), description="csv: names of the columns when the file has no header line")
    encoding: str = Field("utf-8", description="of text files; a record that is not UTF-8 is read as `fallback`")
    fallback: str | None = Field("cp1252", description="encoding of single records that are not `encoding`; null: dead letters")
    records: Expression | None = Field(None, description="json: where the array of records stands in the document")

    @field_validator("encoding", "fallback")
    @classmethod
    def _known_encoding(cls, value: str | None) -> str | None:
        try:
            if value is not None:
                "".encode(value)
        except LookupError:
            raise ValueError(f"{value!r} is not an encoding; common ones are utf-8, cp1252, iso-8859-1, utf-16") from None
        return value


class Fields(Strict):
    """What a touchpoint is made of; an event's own entries go over the source's defaults."""

    time: Value = Field((), description="when it occurred; an event whose time is empty is not made")
    department: Word | None = Field(None, description="who met the customer; left out: the source's department")
    direction: Word | None = Field(None, description="inbound (from the customer), outbound (to the customer), internal")
    channel: Value = Field((), description="phone, mail, shop ...; =phone for a fixed one")
    team: Value = ()
    agent: Value = ()
    facts: Value = Field((), description="what the customer had to tell us; here every entry of a list counts")
    due_at: Value = Field((), description="what we promised")
    attributes: dict[str, Value] = {}
    identifiers: dict[str, Value | None] = Field({}, description="kind -> value; null takes a default away")
    refs: dict[str, Value | None] = Field({}, description="kind -> value; null takes a default away")
    id: Value = Field((), description="the fields that together identify the event in its source; left out: a hash of the content")
    sequence: Value = Field((), description="a number that orders events of one instant")
    recorded: Value = Field((), description="when the source recorded it; left out: when it occurred")
    sent: Value = Field((), description="when it was sent by the clock that wrote `time`; needs clock: untrusted")

    @field_validator("direction")
    @classmethod
    def _known_direction(cls, value: str | Choice | None) -> str | Choice | None:
        for word in words_of(value):
            if word not in ("", *DIRECTIONS):
                raise ValueError(f"{word!r} is not a direction{nearest(word, DIRECTIONS, ONE_OF_THEM)}")
        return value


class EventSpec(Fields):
    """One touchpoint that a record may yield."""

    type: Word = Field(description="from the vocabulary, such as order.placed")
    when: Expression | None = Field(None, description="JMESPath; the event is made only of records for which it is true")
    optional: bool = Field(False, description="an empty time means that it did not happen (yet): a record of such events alone is no error")

    @field_validator("type")
    @classmethod
    def _well_formed_type(cls, value: str | Choice) -> str | Choice:
        for word in words_of(value):
            _is_type(word)
        return value


class Source(Strict):
    """One system that emits events; belongs to one department."""

    source: str = Field(min_length=1, pattern=r"^[^\x00-\x1f\x7f]+$", description="its name; with the id it identifies an event for ever")
    department: str = Field(description="the department that runs it")
    input: Input
    timezone: str | None = Field(None, description="of times without an offset; left out: the company's; ambiguous times take the first")
    time_format: str | None = Field(None, description='layout of times that are not ISO 8601 or Unix time, such as "%d.%m.%Y %H:%M"')
    country: str | None = Field(None, pattern="^[A-Z]{2}$", description="default region of phone numbers; left out: the company's")
    lateness: Duration = Field("10m", description="events may come this much out of order")
    quiet: Duration = Field(
        "1d",
        description="silent for longer: the clock stands still, and source_silent is raised; sooner for a source that sends heartbeats",
    )
    clock: Literal["trusted", "untrusted"] = Field(
        "trusted", description="untrusted: times are corrected by when the record was sent and received"
    )
    ignore: Expression | None = Field(None, description="JMESPath; records for which it is true are passed over in silence")
    rename: dict[str, EventType] = Field({}, description="cloudevents, segment: the type or event name in the source -> the type here")
    canary: Literal["off"] | tuple[dict[str, Any], ...] = Field(
        (),
        description="records for `redthread canary` where the mapping cannot be read backwards; {name}, {email}, {time} and {number} are filled in",
    )
    defaults: Fields = Fields()
    events: tuple[EventSpec, ...] = Field((), description="what a record yields; cloudevents and segment need none")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        try:
            if value is not None:
                ZoneInfo(value)
        except (LookupError, ValueError, OSError):
            raise ValueError(f"{value!r} is not a time zone{nearest(value or '', available_timezones())}") from None
        return value

    @model_validator(mode="after")
    def _complete(self) -> "Source":
        native = self.input.format in NATIVE
        if not self.events and not native:
            raise ValueError(f"source {self.source}: format {self.input.format} needs events: (what a record means)")
        if self.rename and (self.events or not native):
            raise ValueError(f"source {self.source}: rename: is for cloudevents and segment; events: say it with type:")
        for number, event in enumerate(self.resolved):
            if not event.time:
                raise ValueError(f"source {self.source}: events.{number} ({'/'.join(words_of(event.type))}): time: is missing")
            if not event.identifiers:
                raise ValueError(f"source {self.source}: events.{number} ({'/'.join(words_of(event.type))}): identifiers: is missing")
        return self

    @property
    def resolved(self) -> tuple[EventSpec, ...]:
        """The events with the defaults filled in."""
        return tuple(_over(self.defaults, event) for event in self.events)

    @property
    def departments(self) -> tuple[str, ...]:
        """Every department that an event of this source can name, its own first."""
        named = [word for event in self.resolved for word in words_of(event.department)]
        return tuple(dict.fromkeys([self.department, *named]))

    @property
    def types(self) -> dict[str, tuple[str, ...]]:
        """Every event type that the mapping can yield -> the departments that report it; native sources say so only as they run."""
        found: dict[str, dict[str, None]] = {name: {self.department: None} for name in self.rename.values()}
        for event in self.resolved:
            for name in words_of(event.type):
                found.setdefault(name, {}).update(dict.fromkeys(words_of(event.department) or (self.department,)))
        return {name: tuple(departments) for name, departments in found.items()}


def _over(defaults: Fields, event: EventSpec) -> EventSpec:
    """The event's own entries over the defaults; mappings are merged, an entry that is null is taken away."""
    merged: dict[str, Any] = {}
    for name in Fields.model_fields:
        default, own = getattr(defaults, name), getattr(event, name)
        if isinstance(default, dict):
            merged[name] = {key: value for key, value in (default | own).items() if value is not None}
        elif name not in event.model_fields_set:
            merged[name] = default
    return event.model_copy(update=merged)
