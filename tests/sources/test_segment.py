"""Segment's own example payloads."""

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.source import Source
from streams.sources.record import Draft, Invalid
from streams.sources.segment import compile_segment, type_of
from tests.data import shared_data

SEGMENT = Source.model_validate(
    {
        "source": "web",
        "department": "online",
        "input": {"format": "segment"},
        "rename": {"Signed Up": "record.created", "page": "store.visited"},
    }
)
adapter = compile_segment(SEGMENT)


def draft(**call) -> Draft:
    (found,) = adapter(call)
    return found


@pytest.mark.data
def test_every_payload_of_the_specification_is_a_draft_or_says_why_not():
    lines = (shared_data("segment_spec") / "segment_spec_payloads.jsonl").read_text(encoding="utf-8").splitlines()
    made: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for line in lines:
        payload = json.loads(line)["payload"]
        try:
            made.update(found.type for found in adapter(payload))
        except Invalid as problem:
            refused[problem.reason] += 1
    assert sum(made.values()) + sum(refused.values()) == len(lines) == 132
    assert made["order.placed"] == 2
    assert made["identity.linked"] == 3
    assert made["cart.updated"] == 5
    assert set(refused) == {"unmapped", "missing_field"}


def test_a_track_call_becomes_a_draft_with_its_identifiers_refs_and_properties():
    found = draft(
        type="track", event="Order Completed", messageId="m-1", userId="u-1", anonymousId="a-1", channel="browser",
        timestamp="2026-03-04T12:00:00Z", originalTimestamp="x", sentAt="x", receivedAt="2026-03-04T12:00:01Z",
        context={"traits": {"email": "a@example.org"}, "groupId": "g-1", "device": {"id": "d-1"}},
        properties={"order_id": "4711", "total": 27.5, "products": [{"sku": "1"}], "email": "", "coupon": None},
    )  # fmt: skip
    assert found._replace(attributes=list(found.attributes)) == Draft(
        type="order.placed",
        time="2026-03-04T12:00:00Z",
        identifiers=[("user", "u-1"), ("email", "a@example.org"), ("phone", None), ("cookie", "a-1"), ("device", "d-1")],
        refs=[("account", "g-1"), ("campaign", None), ("cart", None), ("order", "4711"), ("ticket", None)],
        channel="browser",
        attributes=[("coupon", None), ("total", 27.5)],
        id="m-1",
        recorded="2026-03-04T12:00:01Z",
    )


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        ({"type": "identify", "traits": {"plan": "pro"}}, "record.updated"),
        ({"type": "group", "groupId": "g"}, "record.updated"),
        ({"type": "screen", "name": "Home"}, "page.viewed"),
        ({"type": "page"}, "store.visited"),
        ({"action": "track", "event": "Product List Filtered"}, "product_list.filtered"),
        ({"type": "track", "event": "signedOut"}, "signed.out"),
        ({"type": "track", "event": "Install"}, "event.install"),
        ({"type": "track", "event": "Signed Up"}, "record.created"),
        ({"type": "alias", "userId": "u", "previousId": "p"}, "identity.linked"),
    ],
)
def test_calls_have_a_word_of_the_vocabulary_or_object_and_action(call, kind):
    assert draft(**call).type == kind


def test_an_alias_names_both_ids():
    assert [pair for pair in draft(type="alias", userId="u", previousId="p").identifiers if pair[1]] == [("user", "u"), ("user", "p")]


def test_without_segments_own_correction_the_source_may_correct():
    found = draft(type="identify", originalTimestamp="t", sentAt="s", receivedAt="r")
    assert (found.time, found.sent, found.recorded) == ("t", "s", "r")


@pytest.mark.parametrize(
    ("call", "reason", "field"),
    [
        ({"type": "delete"}, "unmapped", "type"),
        ({"type": {"a": 1}}, "unmapped", "type"),
        ({}, "unmapped", "type"),
        ({"type": "track"}, "missing_field", "event"),
        ({"type": "track", "event": {"a": 1}}, "missing_field", "event"),
        ({"type": "track", "event": "  "}, "missing_field", "event"),
        ({"type": "track", "event": "!!"}, "invalid_value", "event"),
    ],
)
def test_what_is_no_call_is_a_dead_letter(call, reason, field):
    with pytest.raises(Invalid) as caught:
        adapter(call)
    assert (caught.value.reason, caught.value.field) == (reason, field)


@given(st.text(alphabet="abcXYZ0 _-", min_size=1))
def test_a_type_is_always_dotted_or_refused(name):
    try:
        assert type_of(name).count(".") == 1
    except Invalid:
        assert not any(letter.isalnum() for letter in name)
