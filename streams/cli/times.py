"""Times that people type: a day or time in the company's zone, or a length of time back from the newest event."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import typer

from schemas.strict import DURATION

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)  # where the columns of ClickHouse begin


def since(text: str | None, zone: ZoneInfo, newest: datetime | None, option: str = "--since") -> datetime:
    """The instant that `text` means; everything when it is left out. Ends the command (exit code 2) for what is no time."""
    if text is None:
        return BEGINNING
    length = DURATION.fullmatch(text.strip())
    if length:
        back = timedelta(**{UNITS[length[2]]: int(length[1])})
        return BEGINNING if newest is None else newest - back
    try:
        given = datetime.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no time: write 2026-03-01, '2026-03-01 14:30' or 7d", param_hint=option) from None
    return given.replace(tzinfo=given.tzinfo or zone).astimezone(UTC)
