"""When people work: office hours in Berlin with Bavarian holidays. Instants are seconds since 1970-01-01 UTC.

This is the demo's own arithmetic on purpose: what it expects must not be computed by what it tests.
"""

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE, HOUR, DAY = 60, 3_600, 86_400
OPENS, CLOSES = 8, 18
SATURDAY = 5
MARGIN = timedelta(days=400)  # records and old leads are older than the simulated days, deadlines lie after them


class Office:
    """Open Monday to Friday from 8 to 18, except on holidays."""

    def __init__(self, first: date, last: date) -> None:
        years = range((first - MARGIN).year, (last + MARGIN).year + 1)
        self._free = holidays.country_holidays("DE", subdiv="BY", years=years)
        self._noons: dict[date, int] = {}
        self.workdays: list[date] = []
        day = first - MARGIN
        while day <= last + MARGIN:
            if self.is_workday(day):
                self.workdays.append(day)
            day += timedelta(days=1)
        self._starts = [self.at(day, OPENS) for day in self.workdays]

    def is_workday(self, day: date) -> bool:
        """Christmas Eve and New Year's Eve, when the office is half open, are left out: nothing of ours happens then."""
        return day.weekday() < SATURDAY and not self.is_holiday(day) and (day.month, day.day) not in ((12, 24), (12, 31))

    def is_holiday(self, day: date) -> bool:
        return day in self._free

    def at(self, day: date, hour: float) -> int:
        """The local time of a day, from 4 o'clock on: by then a change of the clocks is over."""
        noon = self._noons.get(day)
        if noon is None:
            noon = self._noons[day] = int(datetime(day.year, day.month, day.day, 12, tzinfo=BERLIN).timestamp())
        return noon + round((hour - 12) * HOUR)

    def midnight(self, day: date) -> int:
        """The local midnight at which a day begins."""
        return int(datetime(day.year, day.month, day.day, tzinfo=BERLIN).timestamp())

    def day_of(self, t: int) -> date:
        return datetime.fromtimestamp(t, UTC).astimezone(BERLIN).date()

    def after(self, t: int, hours: float) -> int:
        """When so many office hours have passed since `t`; a full day's work is done at closing."""
        left = round(hours * HOUR)
        i = max(bisect_right(self._starts, t) - 1, 0)
        t = max(t, self._starts[i])
        while True:
            end = self._starts[i] + (CLOSES - OPENS) * HOUR
            if max(end - t, 0) >= left:
                return t + left
            left -= max(end - t, 0)
            i += 1
            t = self._starts[i]

    def before(self, t: int, hours: float) -> int:
        """The instant from which exactly so many office hours pass until `t`."""
        left = round(hours * HOUR)
        i = bisect_left(self._starts, t) - 1
        while True:
            end = min(t, self._starts[i] + (CLOSES - OPENS) * HOUR)
            if end - self._starts[i] >= left:
                return end - left
            left -= end - self._starts[i]
            i -= 1

    def workday(self, t: int, days: int) -> date:
        """The n-th workday after the day of `t` (0: the first one that is not before it)."""
        day = self.day_of(t)
        return self.workdays[(bisect_left if days == 0 else bisect_right)(self.workdays, day) + max(days - 1, 0)]

    def next(self, t: int, days: int, hour: float) -> int:
        """That workday, at a local time."""
        return self.at(self.workday(t, days), hour)
