"""Times that people type: a day or time in the company's zone, or a length of time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import typer

from schemas.strict import DURATION

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)  # where the columns of ClickHouse begin


def since(text: str | None, zone: ZoneInfo, newest: datetime | None, option: str = "--since") -> datetime:
    """The instant that `text` means, a length back from the newest event; everything when it is left out.

    Ends the command (exit code 2) for what is no time.
    """
    if text is None:
        return BEGINNING
    length = _length(text)
    if length is not None:
        return BEGINNING if newest is None else newest - length
    return _instant(text, zone, option)


def until(text: str, zone: ZoneInfo, now: datetime, option: str = "--until") -> datetime:
    """The instant that `text` means, a length on from now. Ends the command (exit code 2) for what is no time to come."""
    length = _length(text)
    end = now + length if length is not None else _instant(text, zone, option)
    if end <= now:
        raise typer.BadParameter(f"{text!r} has passed already", param_hint=option)
    return end


def _length(text: str) -> timedelta | None:
    length = DURATION.fullmatch(text.strip())
    return timedelta(**{UNITS[length[2]]: int(length[1])}) if length else None


def _instant(text: str, zone: ZoneInfo, option: str) -> datetime:
    try:
        given = datetime.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no time: write 2026-03-01, '2026-03-01 14:30' or 7d", param_hint=option) from None
    return given.replace(tzinfo=given.tzinfo or zone).astimezone(UTC)
