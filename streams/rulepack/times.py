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
    """Microseconds UTC. `+2d 1h` is elapsed time; a local time that occurs twice is its first occurrence."""
    if text[0] not in "+-":
        return (datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone)) - EPOCH) // MICROSECOND
    elapsed = sum((int(number) * UNITS[unit] for number, unit in STEP.findall(text)), timedelta()) // MICROSECOND
    return instant(start, start, timezone) + (elapsed if text[0] == "+" else -elapsed)


def local(at: int, timezone: str) -> str:
    """The instant as a story would write it."""
    moment = (EPOCH + at * MICROSECOND).astimezone(ZoneInfo(timezone))
    text = moment.strftime("%Y-%m-%d %H:%M:%S.%f")
    return text.removesuffix(".000000").removesuffix(":00")
