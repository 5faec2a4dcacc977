"""The times of a story: local ones, and those that count from its start."""

import re
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
MICROSECOND = timedelta(microseconds=1)
UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
STEP = re.compile(r"(\d+)([smhdw])")


@lru_cache(maxsize=4096)
def instant(text: str, start: str, timezone: str) -> int:
    """Microseconds UTC. `+2d 1h` is an hour after the same local time two days later; a local time that occurs twice is its first occurrence."""
    if text[0] not in "+-":
        return (_local(text, timezone) - EPOCH) // MICROSECOND
    sign = 1 if text[0] == "+" else -1
    days, rest = (
        sum((sign * int(n) * UNITS[unit] for n, unit in STEP.findall(text) if (unit in "dw") is long), timedelta())
        for long in (True, False)
    )
    return (_local(start, timezone) + days - EPOCH + rest) // MICROSECOND


def _local(text: str, timezone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone))


def local(at: int, timezone: str) -> str:
    """The instant as a story would write it."""
    moment = (EPOCH + at * MICROSECOND).astimezone(ZoneInfo(timezone))
    text = moment.strftime("%Y-%m-%d %H:%M:%S.%f")
    return text.removesuffix(".000000").removesuffix(":00")
