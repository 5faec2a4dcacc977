"""Nothing can break ingest: whatever comes in, touchpoints or one dead letter come out."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import decoder, encode
from schemas.dead_letter import DeadLetter
from schemas.timeline import TimelineEntry
from schemas.touchpoint import Touchpoint
from streams.sources.record import Record
from streams.stages.ingest import Ingest
from streams.stages.step import Send
from tests.stages.ingest_company import ORIGIN, ROW, SECRET, cloudevent, company

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
