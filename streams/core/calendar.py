"""Working time as one monotone function: `worked(t)`, the opening time elapsed up to t, and its inverse `when(w)`.

A due time in working hours is `when(worked(start) + d)`; so deadlines, pauses and warnings are sums. Instants and durations are
microseconds; what is counted in days or weeks ends when the n-th following open day closes. Without a calendar it ends at the same local
time that many days later, whether or not the clocks are changed in between.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Container, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from schemas.rule import WEEKDAYS, Hours
from schemas.strict import DURATION
from schemas.touchpoint import NEVER, Scalar

US = 1_000_000
UNIT = {"s": US, "m": 60 * US, "h": 3_600 * US, "d": 86_400 * US, "w": 7 * 86_400 * US}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
COUNTED_FROM = 1_577_836_800 * US  # 2020-01-01: worked() is 0 at the first opening after it, whatever years were built
STEADY = ("UTC", "Etc/UTC")  # zones that never change their clocks: there a day has 24 hours
WEEK = 7  # days
OPEN_DAYS = 5  # of a week, in a calendar
FIRST_YEAR, LAST_YEAR = 1971, 2299  # of what a touchpoint can say: ingest refuses other times
NO_MORE = 2500  # longer after the last touchpoint than any duration; a calendar that has not opened by then never does


def instant(value: datetime | Scalar, timezone: str = "UTC") -> int:
    """A datetime, ISO 8601 text or microseconds -> microseconds; a time without an offset is local. Raises ValueError."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        raise ValueError(f"{value!r} is no instant")
    if value.tzinfo is None:
        value = value.replace(tzinfo=ZoneInfo(timezone))
    return (value.astimezone(UTC) - EPOCH) // timedelta(microseconds=1)


def named_instant(value: Scalar, timezone: str) -> int | None:
    """The instant that an attribute of a touchpoint names; None where it names none, or one outside of 1971 to 2299."""
    try:
        found = instant(value, timezone)
    except (ValueError, OverflowError):
        return None
    return found if EARLIEST <= found <= LATEST else None


def moment(microseconds: int) -> datetime:
    """The instant as a UTC datetime."""
    return EPOCH + timedelta(microseconds=microseconds)


EARLIEST, LATEST = (instant(datetime(year, 1, 1, tzinfo=UTC)) for year in (FIRST_YEAR, LAST_YEAR + 1))


def parse_duration(text: str) -> tuple[int, str]:
    """`8h` -> (8, "h")."""
    found = DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a duration: write 30m, 8h, 3d or 2w")
    return int(found[1]), found[2]


def duration(text: str) -> int:
    """`8h` -> microseconds; a day is 24 hours where nobody's calendar is asked."""
    number, unit = parse_duration(text)
    return number * UNIT[unit]


class Always:
    """No calendar: open all the time."""

    def __init__(self, timezone: str = "UTC") -> None:
        self._zone = ZoneInfo(timezone)
        self._steady = timezone in STEADY
        self._offsets: dict[int, timedelta | None] = {}

    def worked(self, t: int) -> int:
        return t

    def when(self, worked: int) -> int:
        return worked

    def between(self, start: int, end: int) -> int:
        return end - start

    def adding(self, text: str) -> Callable[[int], int]:
        """What adds that duration to an instant."""
        number, unit = parse_duration(text)
        if unit in "dw" and not self._steady:
            return partial(self._days_later, number * (WEEK if unit == "w" else 1))
        microseconds = number * UNIT[unit]
        return lambda t: t + microseconds

    def _days_later(self, days: int, t: int) -> int:
        """The same local time so many days later; of one that the clocks skip, the time after the change."""
        then = t + days * UNIT["d"]
        offset = self._offset(t // UNIT["d"])
        if offset is not None and offset == self._offset(then // UNIT["d"]):
            return then
        return instant(moment(t).astimezone(self._zone) + timedelta(days=days))

    def _offset(self, day: int) -> timedelta | None:
        """What the clocks differ from UTC by on that day of UTC; None where they are changed. Remembered, because asking takes 1 µs."""
        if day not in self._offsets:
            begins, ends = (moment(at).astimezone(self._zone).utcoffset() for at in (day * UNIT["d"], (day + 1) * UNIT["d"] - 1))
            self._offsets[day] = begins if begins == ends else None
        return self._offsets[day]

    def add(self, t: int, text: str) -> int:
        """`text` after `t`, such as 8h or 3d."""
        return self.adding(text)(t)

    def end_of_day(self, t: int) -> int:
        """The last microsecond of the local day."""
        following = moment(t).astimezone(self._zone).date() + timedelta(days=1)
        return _utc(following, 0, self._zone, 0) - 1


class Calendar(Always):
    """Opening hours of a department: a week, public holidays, single days. Built for the years that are asked for.

    Raises ValueError when it never opens, and NotImplementedError when the public holidays of the country are not known.
    """

    def __init__(self, hours: Hours) -> None:
        super().__init__(hours.tz)
        week = hours.hours or {"mon-sun": ("00:00-24:00",)}
        self._week = {day: [_span(text) for text in texts] for days, texts in week.items() for day in _weekdays(days)}
        self._country, self._region = hours.country, hours.region
        self._closed = {date.fromisoformat(day) for day in hours.closed}
        self._special = {day: [_span(text) for text in texts] for day, texts in hours.special.items()}
        if not any(self._week.values()) and not any(self._special.values()):
            raise ValueError("never opens")
        if self._country:
            _public_holidays(self._country, self._region, ())  # raises for those that it does not know
        self._years = range(0)
        self._from = self._to = 0  # worked() knows every instant in between
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._dates: list[date] = []
        self._closing: list[int] = []
        self._before: list[int] = []  # opening time before / up to the end of each interval
        self._upto: list[int] = []

    def worked(self, t: int) -> int:
        """Opening time elapsed up to `t`."""
        self._cover(t)
        i = bisect_right(self._starts, t) - 1
        if i < 0:
            return self._before[0] if self._before else 0
        return self._before[i] + min(t, self._ends[i]) - self._starts[i]

    def when(self, worked: int) -> int:
        """The first instant at which so much has been worked: a full day's work is done at closing, not next morning."""
        while not self._upto or worked > self._upto[-1]:
            if not self._lengthen():
                return NEVER
        i = bisect_left(self._upto, worked)
        return self._starts[i] + worked - self._before[i]

    def between(self, start: int, end: int) -> int:
        return self.worked(end) - self.worked(start)

    def adding(self, text: str) -> Callable[[int], int]:
        number, unit = parse_duration(text)
        if unit in "dw":
            days = number * (OPEN_DAYS if unit == "w" else 1)
            return lambda t: self._close_of(t, days)
        microseconds = number * UNIT[unit]
        return lambda t: self.when(self.worked(t) + microseconds)

    def _close_of(self, t: int, days: int) -> int:
        """When the n-th open day after the day of `t` closes."""
        self._cover(t)
        i = bisect_right(self._dates, moment(t).astimezone(self._zone).date()) + days - 1
        while i >= len(self._dates):
            if not self._lengthen():
                return NEVER
        return self._closing[i]

    def _cover(self, t: int) -> None:
        """Have at least the year before and the year after."""
        if self._from <= t < self._to:
            return
        year = moment(t).year
        years = [*self._years, 2020, 2021, year - 1, year + 1]
        self._build(min(years), max(years))

    def _lengthen(self) -> bool:
        """Twice as many years, so that a far instant is reached in a few steps; False when it will not open any more."""
        first, last = (self._years[0], self._years[-1]) if self._years else (2020, 2020)
        if last > NO_MORE:
            return False
        self._build(first, last + max(2, last - first))
        return True

    def _build(self, first: int, last: int) -> None:
        self._years = range(first, last + 1)
        self._from, self._to = (instant(datetime(year, 1, 1, tzinfo=UTC)) for year in (first + 1, last))
        free = _public_holidays(self._country, self._region, self._years) if self._country else ()
        intervals: list[tuple[int, int]] = []
        self._dates, self._closing = [], []
        day = date(first, 1, 1)
        while day.year <= last:
            opening = [] if day in self._closed else self._opening(day, day in free)
            spans = [(_utc(day, a, self._zone, 0), _utc(day, b, self._zone, 1)) for a, b in opening]
            if spans:
                intervals += spans
                self._dates.append(day)
                self._closing.append(max(end for _, end in spans))
            day += timedelta(days=1)
        self._merge(sorted(intervals))
        self._count()

    def _opening(self, day: date, holiday: bool) -> list[tuple[int, int]]:
        if self._special:
            text = day.isoformat()
            for key in (text, text.removeprefix(f"{day.year}-")):
                if key in self._special:
                    return self._special[key]
        return [] if holiday else self._week.get(day.weekday(), [])

    def _merge(self, intervals: list[tuple[int, int]]) -> None:
        """What touches or overlaps is one interval; an hour that the clock change swallows is none."""
        self._starts, self._ends = [], []
        for start, end in intervals:
            if end <= start:
                continue
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def _count(self) -> None:
        lengths = [end - start for start, end in zip(self._starts, self._ends, strict=True)]
        total = -sum(length for start, length in zip(self._starts, lengths, strict=True) if start < COUNTED_FROM)
        self._before, self._upto = [], []
        for length in lengths:
            self._before.append(total)
            total += length
            self._upto.append(total)


def _utc(day: date, minutes: int, zone: ZoneInfo, fold: int) -> int:
    local = datetime(day.year, day.month, day.day, tzinfo=zone, fold=fold) + timedelta(days=minutes // 1440)
    return instant(local.replace(hour=minutes // 60 % 24, minute=minutes % 60))


def _weekdays(text: str) -> Iterator[int]:
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        i, j = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        yield from (day % 7 for day in range(i, j + 1 + (7 if j < i else 0)))


def _span(text: str) -> tuple[int, int]:
    """Minutes of the day; 22:00-06:00 ends on the next day."""
    start, end = (int(hour) * 60 + int(minute) for hour, minute in (part.split(":") for part in text.split("-")))
    return start, end if end > start else end + 1440


def _public_holidays(country: str, region: str | None, years: Iterable[int]) -> Container[date]:
    import holidays  # takes a third of a second, which commands that need no calendar do not have

    found: Container[date] = holidays.country_holidays(country, subdiv=region, years=years)
    return found
