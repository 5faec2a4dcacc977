"""Every usual way to write a time, local times that come twice or never, and what is none."""

from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.sources.instants import instant, micros

BERLIN = ZoneInfo("Europe/Berlin")


def moment(value, zone=BERLIN, layout=None) -> str:
    at = instant(value, zone, layout)
    return datetime.fromtimestamp(at / 1_000_000, UTC).isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("2026-03-04T12:00:00Z", "2026-03-04T12:00:00Z"),
        ("2026-03-04t12:00:00z", "2026-03-04T12:00:00Z"),
        ("2026-03-04T12:00:00+02:00", "2026-03-04T10:00:00Z"),
        ("2026-03-04T12:00:00+0200", "2026-03-04T10:00:00Z"),
        ("2026-03-04 12:00:00 +0200", "2026-03-04T10:00:00Z"),
        ("2026-03-04 12:00:00.123 UTC", "2026-03-04T12:00:00.123000Z"),
        ("2026-03-04 12:00:00 GMT", "2026-03-04T12:00:00Z"),
        ("2026-03-04 12:00:00", "2026-03-04T11:00:00Z"),
        (" 2026-03-04 12:00:00.5 ", "2026-03-04T11:00:00.500000Z"),
        ("2026-03-04 12:00:00.123456789", "2026-03-04T11:00:00.123456Z"),
        ("2026-03-04T12:00", "2026-03-04T11:00:00Z"),
        ("2026-03-04", "2026-03-03T23:00:00Z"),
        ("20260304", "2026-03-03T23:00:00Z"),
        ("20260304120000", "2026-03-04T11:00:00Z"),
        ("20260304T120000Z", "2026-03-04T12:00:00Z"),
        ("1772625600", "2026-03-04T12:00:00Z"),
        ("1772625600123", "2026-03-04T12:00:00.123000Z"),
        ("1772625600123456", "2026-03-04T12:00:00.123456Z"),
        ("1772625600123456789", "2026-03-04T12:00:00.123456Z"),
        ("1772625600.5", "2026-03-04T12:00:00.500000Z"),
        ("-1", "1969-12-31T23:59:59Z"),
        (1772625601, "2026-03-04T12:00:01Z"),
        (1772625600.25, "2026-03-04T12:00:00.250000Z"),
        (1772625600124, "2026-03-04T12:00:00.124000Z"),
    ],
)
def test_the_usual_layouts_are_understood(written, means):
    assert moment(written) == means


def test_an_hour_that_comes_twice_is_the_first_one():
    assert moment("2026-10-25 02:30:00") == "2026-10-25T00:30:00Z"


def test_an_hour_that_never_was_is_read_with_the_offset_before_it():
    assert moment("2026-03-29 02:30:00") == moment("2026-03-29 03:30:00") == "2026-03-29T01:30:00Z"


def test_a_layout_of_the_source_is_read_instead():
    assert moment("04.03.2026 12:00", layout="%d.%m.%Y %H:%M") == "2026-03-04T11:00:00Z"
    with pytest.raises(ValueError, match="does not match"):
        instant("2026-03-04", BERLIN, "%d.%m.%Y")


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "soon",
        "2026-02-30",
        "04.03.2026",
        "12:00",
        "123",
        "99999999",
        "²²²²²²²²",
        "9" * 40,
        "1e5",
        True,
        None,
        [],
        {},
        1e300,
        float("nan"),
        float("inf"),
        10**400,
    ],
    ids=repr,
)
def test_what_is_no_time_is_an_error(wrong):
    with pytest.raises(ValueError, match=r"."):
        instant(wrong, BERLIN)


def test_the_ends_of_the_calendar_are_errors_or_instants_and_nothing_else():
    assert micros(datetime(1, 1, 1, tzinfo=UTC), UTC) == -62135596800 * 1_000_000
    assert instant("0001-01-01", ZoneInfo("Asia/Tokyo")) < 0
    assert instant("9999-12-31T23:59:59.999999", ZoneInfo("America/New_York")) > 0


@given(st.datetimes(), st.sampled_from(["Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu", "UTC"]))
def test_text_and_datetime_mean_the_same(written, zone):
    assert instant(str(written), ZoneInfo(zone)) == micros(written, ZoneInfo(zone))


@given(st.one_of(st.text(), st.integers(), st.floats()))
def test_any_value_is_an_instant_or_a_value_error(value):
    with suppress(ValueError):
        assert isinstance(instant(value, BERLIN), int)
