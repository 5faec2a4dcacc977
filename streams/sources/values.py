"""What single values of a draft mean, once they are found: instants, refs, attributes, texts. Each raises `Invalid` naming its field."""

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from typing import Any, NamedTuple

from msgspec import json

from schemas.touchpoint import Scalar
from streams.sources.instants import EPOCH, SECOND, instant, micros
from streams.sources.normalise import clean, is_blocked
from streams.sources.record import Invalid

EARLIEST = micros(datetime(1971, 1, 1, tzinfo=UTC), UTC)  # before it: a clock that was never set
LATEST = micros(datetime(2299, 12, 31, tzinfo=UTC), UTC)  # the last day that ClickHouse's DateTime64 can hold
LARGEST = (1 << 63) - 1
SHOWN = 60  # characters of a wrong value that a message repeats


class Times(NamedTuple):
    """How a source writes times."""

    zone: tzinfo
    layout: str | None = None

    def instant(self, field: str, value: Any) -> int:
        """Microseconds; any instant, however far."""
        try:
            return instant(value, self.zone, self.layout)
        except ValueError as error:
            said = f"is not a time of the layout {self.layout}" if self.layout else str(error)
            raise Invalid("bad_time", field, f"{field}: {str(value)[:SHOWN]!r} {said}") from None

    def believable(self, field: str, value: Any) -> int:
        """The same, when it is one at which a customer can have been met."""
        return in_range(field, self.instant(field, value))

    def due(self, value: Any) -> int | None:
        """A promise for a time that no table can hold (9999-12-31) is no promise."""
        at = None if value is None else self.instant("due_at", value)
        return at if at is not None and EARLIEST <= at <= LATEST else None


def in_range(field: str, at: int) -> int:
    """`at` itself, unless no clock that was ever set can have said so."""
    if not EARLIEST <= at <= LATEST:
        raise Invalid("time_out_of_range", field, f"{field}: {spoken(at)} is before 1971 or after 2299")
    return at


def spoken(at: int) -> str:
    """An instant for people, whatever its size."""
    try:
        return datetime.fromtimestamp(at // SECOND, UTC).isoformat().replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError):
        return f"{EPOCH.year} + {at // SECOND:,} s"


def sequence(value: Any) -> int:
    """A whole number from 0 on."""
    if value is None:
        return 0
    try:
        number = int(clean(value))
    except ValueError:
        number = -1
    if not 0 <= number <= LARGEST:
        raise Invalid("invalid_value", "sequence", "sequence: is not a whole number from 0 on")
    return number


def refs(values: Iterable[tuple[str, Any]]) -> dict[str, tuple[str, ...]]:
    """Per kind the cleaned ids, sorted, each once; words that mean nothing (null, unknown) are left out."""
    found: dict[str, tuple[str, ...]] = {}
    for kind, value in values:
        if value is None:
            continue
        try:
            texts = {clean(single) for single in value} if isinstance(value, list) else {clean(value)}
        except ValueError as error:
            raise Invalid("invalid_value", f"refs.{kind[:SHOWN]}", f"refs.{kind[:SHOWN]}: {error}") from None
        kept = tuple(sorted(text for text in texts if not is_blocked(text)))
        if kept:
            found[kind] = kept
    return found


def attributes(values: Iterable[tuple[str, Any]]) -> dict[str, Scalar]:
    """What is there, as scalars."""
    return {name: value if value.__class__ is str else _scalar(value) for name, value in values if value is not None}


def _scalar(value: Any) -> Scalar:
    """Lists and objects become JSON text; numbers that no 64 bits hold become text."""
    if isinstance(value, str | bool | float):
        return value
    if isinstance(value, int):
        return value if -LARGEST <= value <= LARGEST else str(value)
    return json.encode(value, order="deterministic").decode()


def text(field: str, value: Any) -> str:
    """A name: of a channel, a team, a person."""
    if value is None:
        return ""
    try:
        return clean(value)
    except ValueError as error:
        raise Invalid("invalid_value", field, f"{field}: {error}") from None


def texts(field: str, values: Iterable[Any]) -> tuple[str, ...]:
    """Several names, lists flattened."""
    flat: list[Any] = []
    for value in values:
        flat.extend(value if isinstance(value, list) else (value,))
    return tuple(text(field, value) for value in flat if value is not None)
