from base64 import b64encode
from types import SimpleNamespace

import pytest

from schemas.source import Source
from schemas.touchpoint import Origin
from streams.engine.faust.records import record_of
from streams.sources.record import Record

EVENT = {"type": "order.placed", "time": "at", "identifiers": {"email": "email"}}
ROWS = Source.model_validate({"source": "shop", "department": "online", "input": {"format": "jsonl", "topic": "t"}, "events": [EVENT]})
EVENTS = Source.model_validate({"source": "crm", "department": "sales", "input": {"format": "cloudevents", "topic": "t"}})
LONGEST = 1_000
CE = (("ce_specversion", b"1.0"), ("ce_id", b"7"), ("ce_source", b"/crm"), ("ce_type", b"deal.won"))


def message(value, headers=(), timestamp=5):
    return SimpleNamespace(topic="t", partition=2, offset=9, timestamp=timestamp, headers=headers, value=value)


def read(source, value, headers=()):
    return record_of(source, message(value, headers), LONGEST)


def test_a_record_knows_where_and_when_it_was_logged():
    assert read(ROWS, b'{"a":1}') == Record(Origin("t", 2, 9), b'{"a":1}', None, 5_000, 5_000, 5_000)


def test_a_record_without_a_timestamp_is_as_old_as_can_be():
    assert record_of(ROWS, message(b"{}", timestamp=-1), LONGEST).logged == 0


@pytest.mark.parametrize("source", [ROWS, EVENTS])
def test_a_tombstone_says_nothing(source):
    assert read(source, None, CE) is None


@pytest.mark.parametrize("wrapping", [b"%b", b'{"schema":{},"payload":%b}'])
def test_of_a_change_in_a_table_the_row_after_it_counts(wrapping):
    assert read(ROWS, wrapping % b'{"before":null,"after":{"email":"a@b.example"},"op":"c"}').value == {"email": "a@b.example"}
    assert read(ROWS, wrapping % b'{"before":{"email":"a@b.example"},"after":null,"op":"d"}') is None


def test_a_row_with_a_column_called_after_is_no_change_of_a_table():
    assert read(ROWS, b'{"after":"lunch","op":"none"}').value == {"after": "lunch", "op": "none"}


@pytest.mark.parametrize("value", [b'{"after"', b'["after"]', b"\xff", b'"after"'])
def test_what_cannot_be_read_is_left_to_ingest(value):
    assert read(ROWS, value).raw == value


def test_an_event_in_binary_mode_is_what_it_is_in_structured_mode():
    found = read(EVENTS, b'{"identifiers":{}}', (*CE, ("content-type", b"application/json"), ("trace", b"x"), ("null", None)))
    assert found.value == {
        "specversion": "1.0",
        "id": "7",
        "source": "/crm",
        "type": "deal.won",
        "datacontenttype": "application/json",
        "data": {"identifiers": {}},
    }
    assert b"/crm" in found.payload


def test_data_that_are_no_json_stay_as_they_are():
    assert read(EVENTS, b"\xff\x00", CE).value["data_base64"] == b64encode(b"\xff\x00").decode()


def test_an_event_without_data_has_none():
    assert "data" not in read(EVENTS, b"", CE).value


def test_an_event_in_structured_mode_is_not_touched():
    headers = (("content-type", b"application/cloudevents+json"),)
    assert read(EVENTS, b'{"specversion":"1.0"}', headers).raw == b'{"specversion":"1.0"}'


def test_a_record_that_is_too_long_is_not_read():
    long = b'{"after":{},"op":"c","x":"%b"}' % (b"x" * LONGEST)
    assert read(ROWS, long).raw == long
