"""Texts and numbers to instants (microseconds since 1970-01-01 UTC).

Understood are ISO 8601 in all its layouts, `YYYY-MM-DD HH:MM:SS[.fff]`, dates alone (their midnight), offsets, ` UTC` at the end, and the
seconds, milliseconds, microseconds or nanoseconds of Unix time, told apart by their size. Everything else takes the source's `time_format`.

A time without an offset is a local time of the source's zone. An ambiguous one (the hour that comes twice in autumn) is the first. One
that never was (the hour left out in spring) is read with the offset that held before: 02:30 becomes 03:30, as calendars do (RFC 5545).
"""

import re
from datetime import UTC, datetime, tzinfo
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000
DAY = 86_400 * SECOND
COMPACT_DATE, COMPACT_TIME = 8, 14  # digits of YYYYMMDD and YYYYMMDDHHMMSS
UNIX_UNITS = (
    (10**11, SECOND, 1),
    (10**14, 1_000, 1),
    (10**17, 1, 1),
    (10**20, 1, 1_000),
)  # below -> times, over; seconds last to the year 5138
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_ZONE_NAME = re.compile(r"\s*(UTC|GMT|Z)$", re.IGNORECASE)
_SPACED_OFFSET = re.compile(r"\s+(?=[+-]\d\d:?\d\d$)")


def instant(value: Any, zone: tzinfo, layout: str | None = None) -> int:
    """The instant that a value means; raises `ValueError` for one that means none."""
    if isinstance(value, str):
        return _of_text(value.strip(), zone, layout)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _of_unix(value)
    raise ValueError("is not a time")


def _of_text(text: str, zone: tzinfo, layout: str | None) -> int:
    if layout is not None:
        return micros(datetime.strptime(text, layout), zone)  # noqa: DTZ007 - the zone is added next
    if text.isdigit() and text.isascii():
        return _of_digits(text, zone)
    try:
        return micros(datetime.fromisoformat(text), zone)
    except ValueError:
        return _of_unusual(text, zone)


def micros(moment: datetime, zone: tzinfo) -> int:
    """Microseconds since 1970 of a moment, local to `zone` when it has no offset of its own."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    try:
        since = moment - EPOCH
    except OverflowError:
        raise ValueError("is outside of the calendar") from None
    return since.days * DAY + since.seconds * SECOND + since.microseconds


def _of_digits(text: str, zone: tzinfo) -> int:
    if len(text) == COMPACT_DATE:
        return micros(datetime.fromisoformat(text), zone)
    if len(text) == COMPACT_TIME:
        return micros(datetime.fromisoformat(f"{text[:8]}T{text[8:]}"), zone)
    if len(text) < COMPACT_DATE:
        raise ValueError("is not a time: too few digits")
    return _of_unix(int(text[: COMPACT_TIME * 2]))


def _of_unusual(text: str, zone: tzinfo) -> int:
    if _NUMBER.fullmatch(text):
        return _of_unix(float(text))
    plain = _SPACED_OFFSET.sub("", _ZONE_NAME.sub("+00:00", text).upper())
    try:
        return micros(datetime.fromisoformat(plain), zone)
    except ValueError:
        raise ValueError("is not a time such as 2026-03-04T12:00:00Z, 2026-03-04 12:00:00 or 1772625600") from None


def _of_unix(number: float) -> int:
    for below, times, over in UNIX_UNITS:
        if abs(number) < below:
            return int(number * times) // over if isinstance(number, int) else round(number * times / over)
    raise ValueError("is not a time: the number is too large")
