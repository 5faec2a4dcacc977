"""What cannot be used is a dead letter that names the record, the field and the reason."""

import pytest

from streams.sources.record import Record
from tests.stages.ingest_company import (
    HOUR,
    ORIGIN,
    ROW,
    T0,
    cloudevent,
    company,
    letter,
    touchpoint,
)


@pytest.mark.parametrize(
    ("change", "reason", "field", "message"),
    [
        (
            {"placed": "soon"},
            "bad_time",
            "time",
            "time: 'soon' is not a time such as 2026-03-04T12:00:00Z, 2026-03-04 12:00:00 or 1772625600",
        ),
        ({"placed": "1900-01-01"}, "time_out_of_range", "time", "time: 1899-12-31T23:00:00Z is before 1971 or after 2299"),
        ({"placed": "2301-01-01"}, "time_out_of_range", "time", "time: 2300-12-31T23:00:00Z is before 1971 or after 2299"),
        ({"written": "0001-01-01"}, "time_out_of_range", "recorded", "recorded: 1970 + -62,135,600,008 s is before 1971 or after 2299"),
        ({"written": "x"}, "bad_time", "recorded", None),
        ({"promised": "x"}, "bad_time", "due_at", None),
        ({"placed": ""}, "missing_field", "placed, delivered", "no event has a time: placed, delivered are empty"),
        ({"mail": "", "customer": ""}, "no_identifier", "identifiers", "order.placed has no identifier (all of them are empty)"),
        (
            {"mail": "anna", "customer": "null"},
            "no_identifier",
            "identifiers",
            "order.placed has no identifier (email, crm_id: only values that identify nobody)",
        ),
        ({"customer": "x" * 600}, "invalid_value", "identifiers.crm_id", "identifiers.crm_id: is longer than 512 characters"),
        ({"order": [[1]]}, "invalid_value", "refs.order", "refs.order: is neither text nor a whole number but list"),
        ({"line": "-1"}, "invalid_value", "sequence", "sequence: is not a whole number from 0 on"),
        ({"line": "a"}, "invalid_value", "sequence", None),
        ({"line": "9" * 30}, "invalid_value", "sequence", None),
        ({"delivered": "2026-03-05", "driver": {"a": 1}}, "invalid_value", "agent", "agent: is neither text nor a whole number but dict"),
    ],
)
def test_a_wrong_value_is_one_dead_letter_that_names_record_and_field(change, reason, field, message):
    found = letter(ROW | change)
    assert (found.reason, found.field) == (reason, field)
    assert (found.source, found.origin, found.payload) == ("shop", ORIGIN, b"as it came")
    assert message is None or found.message == f"orders.csv: record 3: {message}"


@pytest.mark.parametrize(
    ("value", "reason", "field", "message"),
    [
        (
            cloudevent(identifiers={"crmid": "C-1"}),
            "invalid_value",
            "identifiers.crmid",
            "identifiers: 'crmid' is no declared kind of identifier; did you mean crm_id?",
        ),
        (cloudevent(identifiers={"#": "C-1"}), "invalid_value", "identifiers.#", "identifiers: '#' is no declared kind of identifier"),
        (
            cloudevent(data={"identifiers": {"crm_id": "C-1"}, "department": "sale"}),
            "invalid_value",
            "department",
            "department: 'sale' is not declared; did you mean sales?",
        ),
        (
            cloudevent(data={"identifiers": {"crm_id": "C-1"}, "department": "#"}),
            "invalid_value",
            "department",
            "department: '#' is not declared",
        ),
        (cloudevent(time=None), "missing_field", "time", "deal.won has no time"),
        ({"id": "1"}, "not_cloudevents", "specversion", "specversion: Field required"),
        (cloudevent(data={}), "missing_field", "data.identifiers", "data.identifiers: Field required"),
    ],
    ids=["near kind", "far kind", "near department", "far department", "time", "envelope", "identifiers"],
)
def test_a_wrong_event_is_one_dead_letter(value, reason, field, message):
    found = letter(value, "crm")
    assert (found.reason, found.field, found.message) == (reason, field, f"orders.csv: record 3: {message}")


def test_what_is_no_json_is_a_dead_letter_with_its_bytes():
    for raw in (b"", b"not json", b"\xff\xfe", b'{"a": "\\ud800"}', b"[" * 100_000, b'{"a": 1'):
        found = letter(None, "crm", record=Record(ORIGIN, raw, received_at=9))
        assert (found.reason, found.payload, found.received_at) == ("not_json", raw, 9)
        assert found.message.startswith("orders.csv: record 3: not JSON: ")


def test_a_record_that_is_too_large_is_a_dead_letter_that_keeps_its_beginning():
    small = company(max_record=1_000)
    found = letter(None, using=small, record=Record(ORIGIN, b"x" * 200_000, ROW))
    assert (found.reason, len(found.payload)) == ("too_large", 100_000)
    assert (
        found.message
        == "orders.csv: record 3: the record has 200,000 bytes, more than max_record (1,000); the first 100,000 bytes are kept"
    )


def test_an_event_from_the_future_is_a_dead_letter_when_it_is_known_when_it_was_received():
    late = Record(ORIGIN, b"", ROW, received_at=T0 - 25 * HOUR)
    found = letter(None, record=late)
    assert (found.reason, found.message) == (
        "time_out_of_range",
        "orders.csv: record 3: time: 2026-03-04T12:00:00Z is more than 1d in the future",
    )
    assert touchpoint(None, record=late._replace(received_at=T0 - 24 * HOUR)).at == T0
