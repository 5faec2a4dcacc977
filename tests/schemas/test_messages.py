"""Touchpoints, timeline entries, clocks and the codec."""

import msgspec
import pytest
from msgspec.structs import replace

from schemas.clock import Clock, Tick
from schemas.codec import decoder, encode, encode_json
from schemas.identity import Arrived, IdentifyMessage
from schemas.timeline import TimelineEntry
from schemas.touchpoint import Touchpoint, kind_of, wins

TOUCH = Touchpoint(
    event_id="e1",
    type="order.placed",
    at=1_000_000,
    source="shop",
    department="online",
    ids=("crm_id:1", "cookie:2"),
    recorded_at=2_000_000,
    digest=7,
)


def test_a_message_comes_back_from_its_bytes_as_it_was():
    message = Arrived(TOUCH, 0, 5)
    assert decoder(IdentifyMessage).decode(encode(message)) == message


def test_bytes_that_are_no_message_are_refused():
    with pytest.raises(msgspec.ValidationError):
        decoder(IdentifyMessage).decode(encode(["neither"]))


def test_messages_leave_as_json():
    assert encode_json(Tick(2, Clock(5, {"sales": 3}))) == b'["tick",2,[5,{"sales":3},0]]'


def test_touchpoints_are_listed_by_time_then_sequence_then_id():
    assert TOUCH.order == (1_000_000, 0, "e1")


def test_the_kind_of_an_identifier_stands_before_the_colon():
    assert kind_of("email:9f86:d0") == "email"


def test_the_payload_recorded_later_wins_and_then_the_larger_digest():
    assert wins(replace(TOUCH, recorded_at=2_000_001), TOUCH)
    assert wins(replace(TOUCH, digest=8), TOUCH)
    assert not wins(TOUCH, TOUCH)


def test_a_timeline_entry_is_attributed_to_the_first_identifier_that_is_not_toxic():
    assert [TimelineEntry(TOUCH, skip, None).attributed_to for skip in (0, 1, 2)] == ["crm_id:1", "cookie:2", None]


def test_the_version_of_a_row_follows_content_and_reattribution_but_not_arrival():
    rows = [
        TimelineEntry(TOUCH, 0, "c"),
        TimelineEntry(TOUCH, 1, "c"),
        TimelineEntry(replace(TOUCH, digest=8), 0, "c"),
        TimelineEntry(replace(TOUCH, recorded_at=3_000_000), 0, "c"),
    ]
    versions = [row.version for row in rows]
    assert versions == sorted(set(versions))


def test_a_clock_is_the_lowest_of_those_asked_and_departments_without_a_source_are_complete():
    clock = Clock(100, {"sales": 40, "service": 60})
    assert [clock.of(names) for names in (["sales"], ["sales", "service"], ["engineering"], ["*"], [])] == [40, 40, 100, 40, 100]
    assert Clock(100).of(["*"]) == 100
