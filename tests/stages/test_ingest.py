"""The first stage: what a record comes to, and that nothing can break it."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.codec import decoder, encode
from schemas.company import Company
from schemas.dead_letter import DeadLetter
from schemas.identity import Arrived, Distinct, Unlink
from schemas.ids import event_id
from schemas.strict import InvalidConfiguration, load_yaml, validate
from schemas.timeline import TimelineEntry
from schemas.touchpoint import Origin, Touchpoint, kind_of
from streams.sources.readers import read, source_of
from streams.sources.record import Record
from streams.stages.ingest import Ingest
from streams.stages.step import Send
from tests.data import shared_data

SECRET = b"a secret of the company"
ORIGIN = Origin("orders.csv", 0, 3)
T0 = 1_772_625_600_000_000  # 2026-03-04T12:00:00Z
HOUR = 3_600_000_000
ROOT = Path(__file__).parents[2]

SHOP = {
    "source": "shop",
    "department": "online",
    "input": {"format": "csv"},
    "timezone": "Europe/Berlin",
    "defaults": {"identifiers": {"email": "mail", "crm_id": "customer"}, "refs": {"order": "order"}},
    "events": [
        {
            "type": "order.placed",
            "time": "placed",
            "due_at": "promised",
            "attributes": {"status": "status"},
            "sequence": "line",
            "recorded": "written",
        },
        {
            "type": "parcel.delivered",
            "time": "delivered",
            "department": "offline",
            "team": "=van",
            "agent": "driver",
            "facts": ["=address", "told"],
        },
    ],
}
ROW = {"mail": " Anna@Example.org ", "customer": "C-17", "order": "4711", "placed": "2026-03-04 13:00:00", "promised": "2026-03-06", "status": "ok", "line": "2", "delivered": "", "driver": "", "told": "", "written": ""}  # fmt: skip
CRM = {"source": "crm", "department": "sales", "input": {"format": "cloudevents"}}
WEB = {"source": "web", "department": "online", "input": {"format": "segment"}, "clock": "untrusted"}


def company(*sources, **changes) -> Company:
    return Company.model_validate({"company": "test", "sources": list(sources or (SHOP, CRM, WEB)), **changes})


def outputs(value, source="shop", *, record: Record | None = None, using: Company | None = None) -> tuple[Send | DeadLetter, ...]:
    """What a decoded value of a source comes to."""
    using = using or company()
    (chosen,) = (known for known in using.sources if known.source == source)
    record = record or Record(ORIGIN, b"as it came", value, logged=5)
    return Ingest(using, SECRET).ingest(chosen, record)


def touchpoint(value, source="shop", **options) -> Touchpoint:
    (sent,) = outputs(value, source, **options)
    assert isinstance(sent, Send)
    made = sent.message.touchpoint
    assert isinstance(made, Touchpoint)
    return made


def letter(value, source="shop", **options) -> DeadLetter:
    (found,) = outputs(value, source, **options)
    assert isinstance(found, DeadLetter)
    return found


def cloudevent(kind="deal.won", identifiers=None, **changes) -> dict:
    data = {"identifiers": {"crm_id": "C-17"} if identifiers is None else identifiers}
    return {"specversion": "1.0", "id": "e-1", "source": "/crm", "type": kind, "time": "2026-03-04T12:00:00Z", "data": data} | changes


def test_a_row_becomes_a_touchpoint_for_identify_keyed_by_its_anchor():
    (sent,) = outputs(ROW)
    assert isinstance(sent, Send)
    made = sent.message.touchpoint
    token = Ingest(company(), SECRET).identifiers.identifier("email", "anna@example.org")
    assert token is not None
    expected = Touchpoint(
        event_id=made.event_id,
        type="order.placed",
        at=T0,
        source="shop",
        department="online",
        ids=("crm_id:C-17", token),
        refs={"order": ("4711",)},
        direction="inbound",
        due_at=T0 + 35 * HOUR,
        attributes={"status": "ok"},
        seq=2,
        recorded_at=T0,
        digest=made.digest,
        origin=ORIGIN,
    )
    assert sent == Send("identify", "crm_id:C-17", Arrived(expected, 0, 5))
    assert 0 < made.digest < 1 << 64


def test_a_row_with_two_times_becomes_two_touchpoints():
    placed, delivered = outputs(ROW | {"delivered": "2026-03-05 13:00:00", "driver": "u1", "told": ["order_number", None]})
    assert isinstance(placed, Send)
    assert isinstance(delivered, Send)
    made = delivered.message.touchpoint
    assert (made.type, made.department, made.direction, made.team, made.agent, made.facts) == (
        "parcel.delivered", "offline", "outbound", "van", "u1", ("address", "order_number"),
    )  # fmt: skip
    assert placed.message.touchpoint.event_id != made.event_id


def test_the_same_row_from_another_file_is_the_same_event_with_the_same_content():
    again = touchpoint(ROW, record=Record(Origin("again.csv", 0, 99), b"", ROW, received_at=T0 + HOUR))
    first = touchpoint(ROW)
    assert (again.event_id, again.digest) == (first.event_id, first.digest)
    assert replace(again, origin=first.origin) == first


def test_what_changes_the_content_changes_the_digest_and_when_it_was_recorded_does_not():
    assert touchpoint(ROW).digest != touchpoint(ROW | {"status": "lost"}).digest
    later = touchpoint(ROW | {"written": "2026-03-04 14:00:00"})
    assert (later.digest, later.recorded_at) == (touchpoint(ROW).digest, T0 + HOUR)
    assert touchpoint(ROW, record=Record(ORIGIN, b"", ROW, recorded_at=T0 + 7)).recorded_at == T0 + 7


def test_a_native_event_keeps_source_and_id_of_its_envelope():
    event = cloudevent(
        recordedtime="2026-03-04T12:00:09Z",
        data={"identifiers": {"crm_id": 17, "loyalty": ["L-2", "L-1"]}, "refs": {"ticket": [9, "8", "null"], "order": ""}},
    )
    made = touchpoint(None, "crm", record=Record(ORIGIN, json.dumps(event).encode()))
    assert (made.event_id, made.source_event_id, made.source) == (event_id("/crm", "e-1"), "e-1", "crm")
    assert (made.ids, made.refs, made.recorded_at) == (("crm_id:17", "loyalty:L-1", "loyalty:L-2"), {"ticket": ("8", "9")}, T0 + 9_000_000)
    assert made.direction == "inbound"


def test_a_type_that_nobody_knows_is_kept():
    made = touchpoint(cloudevent("com.example.strange"), "crm")
    assert (made.type, made.direction) == ("com.example.strange", "")


def test_a_heartbeat_needs_no_identifier():
    assert touchpoint({**cloudevent("source.heartbeat"), "data": None}, "crm").ids == ("source:crm",)


def test_a_statement_about_two_identifiers_goes_to_identify_beside_its_touchpoint():
    for kind, statement in (
        ("identity.unlinked", Unlink("crm_id:C-1", "loyalty:L-1", T0, 5)),
        ("identity.distinct", Distinct("crm_id:C-1", "loyalty:L-1", 5)),
    ):
        arrived, said = outputs(cloudevent(kind, {"loyalty": "L-1", "crm_id": "C-1"}), "crm")
        assert isinstance(arrived, Send)
        assert arrived.message.touchpoint.ids == ("crm_id:C-1",)
        assert said == Send("identify", "crm_id:C-1", statement)
    found = letter(cloudevent("identity.unlinked"), "crm")
    assert (found.reason, found.message) == (
        "invalid_value",
        "orders.csv: record 3: identity.unlinked is about exactly two identifiers, here are 1",
    )


def test_an_untrusted_clock_is_corrected_by_when_it_sent_and_we_received():
    call = {
        "type": "track",
        "event": "Order Completed",
        "userId": "u-1",
        "originalTimestamp": "2026-03-04T11:00:00Z",
        "sentAt": "2026-03-04T11:30:00Z",
        "receivedAt": "2026-03-04T12:30:00Z",
    }
    made = touchpoint(call, "web")
    assert (made.at, made.attributes) == (T0, {"original_time": "2026-03-04T11:00:00Z"})
    trusted = touchpoint(call, "web", using=company(WEB | {"clock": "trusted"}))
    assert (trusted.at, trusted.attributes) == (T0 - HOUR, {})
    by_arrival = touchpoint(None, "web", record=Record(ORIGIN, b"", call | {"receivedAt": None}, received_at=T0 + HOUR))
    assert by_arrival.at == T0 + HOUR // 2


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


def test_a_promise_for_the_end_of_time_is_no_promise():
    assert touchpoint(ROW | {"promised": "9999-12-31"}).due_at is None


def test_attributes_are_scalars():
    values = {"list": [1, {"b": 2, "a": 1}], "whole": 5, "big": 1 << 70, "part": 0.5, "yes": True, "none": None}
    shop = SHOP | {"events": [{"type": "order.placed", "time": "placed", "attributes": {name: name for name in values}}]}
    assert touchpoint(ROW | values, using=company(shop)).attributes == {
        "list": '[1,{"a":1,"b":2}]', "whole": 5, "big": str(1 << 70), "part": 0.5, "yes": True,
    }  # fmt: skip


def test_a_kind_that_is_not_declared_fails_at_the_start():
    with pytest.raises(
        InvalidConfiguration, match="source shop: identifiers: 'e_mail' is no declared kind of identifier; did you mean email\\?"
    ):
        Ingest(company(SHOP | {"defaults": {"identifiers": {"e_mail": "mail"}}}), SECRET)


def test_a_source_that_is_given_later_is_made_ready_then():
    ingest = Ingest(Company(company="test"), SECRET)
    (sent,) = ingest.ingest(company().sources[0], Record(ORIGIN, b"", ROW))
    assert isinstance(sent, Send)


def test_foreign_cloudevents_are_mapped():
    mapped = CRM | {"events": [{"type": "deal.won", "time": "time", "identifiers": {"crm_id": "data.who"}}]}
    made = touchpoint(cloudevent(data={"who": "C-1"}), "crm", using=company(mapped))
    assert (made.ids, made.event_id) == (("crm_id:C-1",), event_id("/crm", "deal.won:e-1"))


@pytest.mark.data
def test_snowplow_gives_157_events_of_160_records_and_3_duplicates():
    web = {
        "source": "snowplow", "department": "online", "input": {"format": "csv", "files": "*web_events*.csv"},
        "events": [{"type": {"from": "event_name", "map": {"page_view": "page.viewed"}, "else": "page.used"}, "time": "derived_tstamp", "recorded": "collector_tstamp",
                    "id": "event_id", "identifiers": {"cookie": "domain_userid", "device": "network_userid"}, "attributes": {"event": "event_name"}}],
    }  # fmt: skip
    using = company(web)
    path = shared_data("snowplow_web") / "source" / "snowplow_web_events.csv.gz"
    assert source_of(path, using.sources) is using.sources[0]
    ingest = Ingest(using, SECRET)
    records = [record for record in read(path, using.sources[0], longest=using.max_record) if isinstance(record, Record)]
    made = [message for record in records for message in ingest.ingest(using.sources[0], record)]
    events = Counter(sent.message.touchpoint.event_id for sent in made if isinstance(sent, Send))
    assert (len(made), sum(events.values()), len(events)) == (160, 160, 157)
    assert sum(count - 1 for count in events.values()) == 3


@pytest.mark.data
@pytest.mark.parametrize(
    ("example", "folders", "types", "anchors"),
    [
        ("bpic2013", ["bpic2013/bpic2013_incidents.xes.gz"],
         {"ticket.accepted": 30239, "ticket.assigned": 14765, "ticket.resolved": 8150, "ticket.waiting": 6657, "ticket.closed": 5717, "ticket.unmatched": 5}, {"case": 7554}),
        ("olist", ["olist_orders_main", "olist_funnel"],
         {"identity.linked": 8135, "order.placed": 8135, "payment.approved": 7989, "parcel.handed_over": 6353, "parcel.delivered": 5170, "parcel.due": 8365,
          "survey.sent": 8225, "review.received": 8225, "lead.created": 8000, "deal.won": 842}, {"person": 8016, "shop_customer": 8135, "order": 8135, "lead": 8000, "seller": 842}),
    ],
    ids=["bpic2013", "olist"],
)  # fmt: skip
def test_an_example_reads_every_event_of_its_data_once(example, folders, types, anchors):
    path = ROOT / "deploy" / "examples" / example / "redthread.yaml"
    written = load_yaml(path.read_text(encoding="utf-8"), path.name)
    using = validate(Company, {name: part for name, part in written.items() if name != "pack"}, path.name)
    ingest = Ingest(using, SECRET)
    given = [shared_data(name) for name in folders]
    files = sorted(file for place in given for file in (place.iterdir() if place.is_dir() else [place]))
    made: list[Touchpoint] = []
    for file in files:
        source = source_of(file, using.sources)
        for record in read(file, source, longest=using.max_record) if source else ():
            assert isinstance(record, Record)
            assert source is not None
            sent = ingest.ingest(source, record)
            assert not any(isinstance(message, DeadLetter) for message in sent)
            made += [message.message.touchpoint for message in sent if isinstance(message, Send)]
    assert Counter(touchpoint.type for touchpoint in made) == types
    assert len({touchpoint.event_id for touchpoint in made}) == len(made)
    assert Counter(kind_of(anchor) for anchor in {touchpoint.ids[0] for touchpoint in made}) == anchors


JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=5),
        st.sampled_from(["C-17", "anna@example.org", "2026-03-04", "1e999", "\x00"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from([*ROW, "type", "userId", "event", "properties", "a"]), inner, max_size=6),
    ),
    max_leaves=12,
)
EVERYTHING = Ingest(company(), SECRET)
READ_BACK = decoder(Touchpoint)


def sound(found: tuple[Send | DeadLetter, ...]) -> None:
    """Outputs that later stages can take, or one dead letter."""
    assert found
    assert len(found) == 1 or not any(isinstance(message, DeadLetter) for message in found)
    for message in found:
        if isinstance(message, Send):
            made = message.message.touchpoint
            assert message.key == made.ids[0]
            assert READ_BACK.decode(encode(made)) is not None
            assert 0 <= TimelineEntry(made, 0, None).version < 1 << 63
            made.event_id.encode()


@given(st.binary(max_size=200), st.sampled_from(company().sources))
def test_any_bytes_are_outputs_or_one_dead_letter(raw, source):
    sound(EVERYTHING.ingest(source, Record(ORIGIN, raw)))


@given(JSON, st.sampled_from(company().sources))
def test_any_value_is_outputs_or_one_dead_letter(value, source):
    sound(EVERYTHING.ingest(source, Record(ORIGIN, b"x", value)))


@given(st.dictionaries(st.sampled_from(list(ROW)), JSON))
def test_any_wrong_fields_are_outputs_or_one_dead_letter(wrong):
    sound(EVERYTHING.ingest(company().sources[0], Record(ORIGIN, b"x", ROW | wrong)))


@given(st.dictionaries(st.sampled_from([*cloudevent(), "extension", "Data", "data_base64", "subject"]), JSON), JSON)
def test_any_envelope_is_outputs_or_one_dead_letter(wrong, data):
    sound(EVERYTHING.ingest(company().sources[1], Record(ORIGIN, b"x", cloudevent() | wrong)))
    sound(EVERYTHING.ingest(company().sources[1], Record(ORIGIN, b"x", cloudevent() | {"data": data})))
    sound(
        EVERYTHING.ingest(
            company().sources[1],
            Record(ORIGIN, b"x", cloudevent() | {"data": {"identifiers": {"crm_id": "C-1"}, "attributes": data, "refs": {"order": data}}}),
        )
    )


@given(JSON, JSON, JSON)
def test_any_call_is_outputs_or_one_dead_letter(who, what, when):
    call = {
        "type": "track",
        "event": "Order Completed",
        "userId": who,
        "properties": what,
        "timestamp": when,
        "messageId": who,
        "receivedAt": what,
    }
    sound(EVERYTHING.ingest(company().sources[2], Record(ORIGIN, b"x", call)))
    sound(
        EVERYTHING.ingest(
            company().sources[2],
            Record(ORIGIN, b"x", call | {"timestamp": "2026-03-04", "receivedAt": None, "messageId": None, "userId": "u"}),
        )
    )
