"""Working time, against walking every minute and looking at the wall clock."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import holidays
import pytest

from schemas.rule import WEEKDAYS, Hours
from schemas.touchpoint import NEVER
from streams.core.calendar import COUNTED_FROM, UNIT, US, Always, Calendar, duration, instant, moment, named_instant, parse_duration

MINUTE, DAY = UNIT["m"], UNIT["d"]
SEVERAL = {
    "lunch break": Hours(tz="Europe/Berlin", hours={"mon-fri": ("08:00-12:00", "13:00-17:00")}, country="DE", region="BY"),
    "saturdays too": Hours(tz="America/New_York", hours={"mon-sat": ("09:30-18:15",)}, country="US"),
    "half an hour of summer time": Hours(tz="Australia/Lord_Howe", hours={"mon-sun": ("00:00-24:00",)}, country="AU", region="NSW"),
    "night shift, the clock changes at midnight": Hours(tz="America/Santiago", hours={"mon-sun": ("22:00-06:00",)}, country="CL"),
    "short saturday": Hours(tz="Asia/Kolkata", hours={"mon-fri": ("10:00-19:00",), "sat": ("10:00-13:00",)}, country="IN"),
    "the clock changes around Ramadan": Hours(tz="Africa/Casablanca", hours={"mon-sun": ("01:00-05:00",)}, country="MA"),
    "open only while the clock changes": Hours(tz="Europe/Berlin", hours={"sun": ("01:00-04:00",)}),
}
OFFICE = Calendar(Hours(tz="Europe/Berlin", hours={"mon-fri": ("08:00-18:00",)}, country="DE", region="BY", closed=("2026-05-15",),
                        special={"12-24": ("08:00-12:00",), "2026-05-18": ("08:00-18:00",)}))  # fmt: skip


def berlin(text):
    return instant(text, "Europe/Berlin")


def minutes_of(text):
    start, end = (int(part[:2]) * 60 + int(part[3:]) for part in text.split("-"))
    return start, end


def opened(week, free, local):
    """Is it open on the wall? A span over midnight belongs to the day on which it begins."""
    minute, today, before = local.hour * 60 + local.minute, local.date(), local.date() - timedelta(days=1)
    for start, end in week.get(today.weekday(), ()) if today not in free else ():
        if start <= minute and (minute < end or end <= start):
            return True
    return any(end <= start and minute < end for start, end in (week.get(before.weekday(), ()) if before not in free else ()))


def every_minute(hours, first, days):
    """The minutes worked before each minute; one of the wall counts as often as it is lived."""
    free = holidays.country_holidays(hours.country, subdiv=hours.region, years=range(2024, 2029)) if hours.country else {}
    week = {}
    for text, spans in (hours.hours or {}).items():
        begin, _, end = text.partition("-")
        for day in range(WEEKDAYS.index(begin), WEEKDAYS.index(end or begin) + 1):
            week[day] = [minutes_of(span) for span in spans]
    worked, zone = [0], ZoneInfo(hours.tz)
    for number in range(days * 1440):
        worked.append(worked[-1] + opened(week, free, moment(first + number * MINUTE).astimezone(zone)))
    return worked


@pytest.mark.parametrize("name", SEVERAL)
@pytest.mark.parametrize("first", ["2026-03-25", "2026-10-20", "2026-12-23", "2026-04-01", "2026-09-01"])
def test_it_counts_what_a_person_with_a_watch_counts(name, first):
    calendar, start, days = Calendar(SEVERAL[name]), instant(first), 14
    worked, random = every_minute(SEVERAL[name], start, days), Random(1)
    for _ in range(200):
        a, b = sorted(random.sample(range(days * 1440 + 1), 2))
        assert calendar.between(start + a * MINUTE, start + b * MINUTE) == (worked[b] - worked[a]) * MINUTE
        minutes = random.randint(1, 1200)
        due = next((k for k in range(a, len(worked)) if worked[k] - worked[a] >= minutes), None)
        if due is not None:
            assert calendar.add(start + a * MINUTE, f"{minutes}m") == start + due * MINUTE


@pytest.mark.parametrize("name", SEVERAL)
def test_when_is_the_inverse_of_worked_whatever_years_were_built_first(name):
    calendar, other, random = Calendar(SEVERAL[name]), Calendar(SEVERAL[name]), Random(1)
    other.worked(instant("2011-01-01"))
    for _ in range(200):
        t = instant("2025-01-01") + random.randrange(2 * 365 * 86_400) * US
        worked = calendar.worked(t) + random.randrange(1, 10**12)
        due = calendar.when(worked)
        assert due >= t
        assert calendar.worked(due) == worked == calendar.worked(due - 1) + 1
        assert other.when(other.worked(t) + worked - calendar.worked(t)) == due
        assert calendar.add(t, "90m") <= calendar.add(t + US, "90m")  # who asks later is never due earlier


def test_days_end_when_the_nth_following_open_day_closes():
    calendar, zone, random = Calendar(SEVERAL["lunch break"]), ZoneInfo("Europe/Berlin"), Random(1)
    free = holidays.country_holidays("DE", subdiv="BY", years=range(2024, 2030))
    for _ in range(300):
        t, number = instant("2025-01-01") + random.randrange(3 * 365 * 86_400) * US, random.randint(1, 15)
        day, left = moment(t).astimezone(zone).date(), number
        while left:
            day += timedelta(days=1)
            left -= day.weekday() < 5 and day not in free
        assert moment(calendar.add(t, f"{number}d")) == datetime(day.year, day.month, day.day, 17, tzinfo=zone)


@pytest.mark.parametrize(
    ("start", "text", "due"),
    [
        ("2026-05-13T17:00", "2h", "2026-05-18T09:00"),  # Ascension Day, a bridge day, the weekend
        ("2026-12-24T11:00", "2h", "2026-12-28T09:00"),  # half a day, Christmas, the weekend
        ("2026-03-27T17:00", "2h", "2026-03-30T09:00"),  # over the change to summer time
        ("2026-05-16T10:00", "10h", "2026-05-18T18:00"),  # a full day is over at closing, not next morning
        ("2026-01-12T09:00", "1d", "2026-01-13T18:00"),
        ("2026-01-12T09:00", "1w", "2026-01-19T18:00"),
    ],
)
def test_due_times_that_people_know(start, text, due):
    assert OFFICE.add(berlin(start), text) == berlin(due)


def test_an_hour_that_the_clock_change_swallows_or_repeats():
    always_open = Calendar(Hours(tz="Europe/Berlin"))
    assert always_open.add(berlin("2026-03-29T01:00"), "2h") == berlin("2026-03-29T04:00")
    assert always_open.add(berlin("2026-10-25T01:00"), "2h") == berlin("2026-10-25T01:00") + 2 * UNIT["h"]
    assert always_open.end_of_day(berlin("2026-03-29T12:00")) == berlin("2026-03-30T00:00") - 1


@pytest.mark.parametrize(
    ("start", "text", "due"),
    [
        ("2026-01-12T09:30", "3d", "2026-01-15T09:30"),
        ("2026-03-27T10:00", "3d", "2026-03-30T10:00"),  # 71 hours
        ("2026-10-23T10:00", "1w", "2026-10-30T10:00"),  # 169 hours
        ("2026-03-28T02:30", "1d", "2026-03-29T03:30"),  # that day the clocks go from 2 to 3
        ("2026-10-24T02:30", "1d", "2026-10-25T02:30"),  # the first of two
        ("2026-03-28T12:00", "24h", "2026-03-29T13:00"),
    ],
)
def test_without_a_calendar_a_day_ends_at_the_same_local_time(start, text, due):
    assert Always("Europe/Berlin").add(berlin(start), text) == berlin(due)


def test_days_later_is_what_the_wall_says_whatever_was_asked_before():
    for name in ("Australia/Lord_Howe", "America/Santiago", "Africa/Casablanca", "Asia/Kolkata"):
        always, zone, random = Always(name), ZoneInfo(name), Random(1)
        for _ in range(300):
            t, days = instant("2025-01-01") + random.randrange(3 * 365 * 86_400) * US, random.randint(0, 400)
            local = moment(t).astimezone(zone)
            if (then := local + timedelta(days=days)).astimezone(UTC).astimezone(zone).replace(fold=0) == then:  # no time that is skipped
                assert moment(always.add(t, f"{days}d")).astimezone(zone).replace(fold=0, tzinfo=None) == then.replace(tzinfo=None)


def test_where_the_clocks_are_never_changed_a_day_has_24_hours():
    always = Always()
    assert [always.add(0, text) for text in ("30s", "1d", "2w")] == [30 * US, DAY, 14 * DAY]
    assert (always.worked(5), always.when(5), always.between(2, 5)) == (5, 5, 3)


def test_a_week_can_go_over_the_weekend_and_name_single_days():
    weekend = Calendar(Hours(hours={"fri-mon": ("10:00-11:00",)}))
    some = Calendar(Hours(hours={"mon, wed": ("10:00-11:00",), "sat-sun": ("10:00-10:30",)}))
    monday = instant("2026-01-12")
    assert weekend.between(monday, monday + 7 * DAY) == 4 * UNIT["h"]
    assert some.between(monday, monday + 7 * DAY) == 3 * UNIT["h"]


def test_single_days_have_hours_of_their_own_also_when_everything_else_is_closed():
    once = Calendar(Hours(hours={"mon": ()}, special={"2026-05-01": ("08:00-10:00",)}))
    assert once.worked(COUNTED_FROM) == 0
    assert once.add(COUNTED_FROM, "1h") == instant("2026-05-01T09:00")
    assert once.add(COUNTED_FROM, "1d") == instant("2026-05-01T10:00")
    assert once.worked(instant("2026-05-01T09:00")) == UNIT["h"]


def test_an_open_day_far_away_is_found():
    once = Calendar(Hours(hours={"mon": ()}, special={"2042-05-01": ("08:00-10:00",)}))
    assert once.add(COUNTED_FROM, "1d") == instant("2042-05-01T10:00")


def test_opening_hours_that_the_clock_change_swallows_are_none():
    early = Calendar(Hours(tz="Europe/Berlin", hours={"sun": ("02:00-03:00",)}))
    assert early.between(berlin("2026-03-23"), berlin("2026-04-06")) == UNIT["h"]  # of two Sundays


def test_what_never_opens_again_is_never_due():
    once = Calendar(Hours(hours={"mon": ()}, special={"2020-05-01": ("08:00-10:00",)}))
    assert (once.add(COUNTED_FROM, "3h"), once.add(COUNTED_FROM, "2d"), once.when(UNIT["d"])) == (NEVER, NEVER, NEVER)


def test_a_calendar_that_cannot_be_counted_in_is_refused():
    with pytest.raises(ValueError, match=r"^never opens$"):
        Calendar(Hours(hours={"mon": ()}, special={"12-24": ()}))
    with pytest.raises(NotImplementedError, match="XX"):
        Calendar(Hours(country="XX"))


def test_before_the_first_years_that_were_built_nothing_has_been_worked_yet():
    calendar = Calendar(Hours(hours={"mon": ()}, special={"2021-05-03": ("08:00-10:00",)}))
    assert calendar.worked(instant("2019-06-01")) == 0
    assert calendar.when(1) == instant("2021-05-03T08:00") + 1


def test_the_inverse_can_be_asked_first():
    assert Calendar(Hours()).when(DAY) == COUNTED_FROM + DAY


def test_instants_are_text_numbers_or_moments():
    assert instant("2026-01-12T09:00:00+01:00") == instant("2026-01-12T09:00", "Europe/Berlin") == 1_768_204_800 * US
    assert instant(datetime(2026, 1, 12, 8, tzinfo=UTC)) == instant(1_768_204_800 * US) == 1_768_204_800 * US
    assert moment(instant("2026-01-12T08:00")).date() == date(2026, 1, 12)
    for value in (True, 1.5, None, "soon"):
        with pytest.raises(ValueError, match=r"soon|no instant"):
            instant(value)


def test_an_attribute_names_an_instant_or_none():
    assert named_instant("2026-01-12T09:00", "Europe/Berlin") == 1_768_204_800 * US
    assert [named_instant(value, "UTC") for value in ("soon", None, 1.5, False, "1970-12-31", "9999-12-31T23:59", -(10**30), 10**30)] == [
        None
    ] * 8


def test_durations_are_a_number_and_a_unit():
    assert (parse_duration("8h"), parse_duration("2 w"), duration("90m")) == ((8, "h"), (2, "w"), 90 * MINUTE)
    with pytest.raises(ValueError, match="'8 hours' is not a duration"):
        parse_duration("8 hours")
