"""What goes into `ingest` (a record), what an adapter makes of it (drafts), and how it says that it cannot (`Invalid`).

An adapter only finds values; what a value means (an instant, an identifier) is decided once, by `streams.stages.ingest`.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from schemas.codec import encode_json
from schemas.dead_letter import Reason
from schemas.touchpoint import Origin

KEPT = 100_000  # bytes of what cannot be read that its dead letter keeps: a topic takes about 1 MB


class Record(NamedTuple):
    """One input record: a row, a line, an event of a log, a message."""

    origin: Origin
    raw: bytes = b""  # as it came; left out where the reader already knows the value and has no bytes (XES)
    value: Any = None  # left out: `raw` is JSON
    recorded_at: int | None = None  # when the broker wrote it, microseconds; files do not know
    received_at: int = 0  # when it reached us, microseconds; 0: unknown
    logged: int = 0  # its position in the log: see `schemas.identity.Arrived`

    @property
    def payload(self) -> bytes:
        """The bytes that a dead letter keeps."""
        return self.raw if self.value is None else self.raw or encode_json(self.value)


class Draft(NamedTuple):
    """A touchpoint whose values are still as the source wrote them; empty ones are None."""

    type: str
    time: Any
    identifiers: Iterable[tuple[str, Any]]  # kind, one value or a list
    refs: Iterable[tuple[str, Any]] = ()
    department: str | None = None
    direction: str | None = None
    channel: Any = None
    team: Any = None
    agent: Any = None
    facts: Iterable[Any] = ()
    due_at: Any = None
    attributes: Iterable[tuple[str, Any]] = ()
    id: str = ""  # "" = derived from the content
    scope: str = ""  # in which the id is unique; "" = the source
    sequence: Any = None
    recorded: Any = None
    sent: Any = None
    known: Iterable[str] = ()  # more identifiers, as we write them ourselves: kind:value, normalised and hashed


class Invalid(Exception):
    """The record cannot be used; becomes a dead letter. The message holds no personal data."""

    def __init__(self, reason: Reason, field: str, message: str) -> None:
        super().__init__(message)
        self.reason: Reason = reason
        self.field = field
        self.message = message


Adapter = Callable[[Any], Iterable[Draft]]


def is_present(value: Any) -> bool:
    """Empty are: nothing, blank text, an empty list or mapping. Zero and false say something."""
    if value.__class__ is str:
        return bool(value) and not value.isspace()
    return value is not None and value != [] and value != {}
