"""What a source file makes of a record."""

from typing import Any

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.source import Source
from streams.sources.mapping import columns, compile_mapping
from streams.sources.paths import compile_expression, compile_value
from streams.sources.record import Draft, Invalid


def source(**changes) -> Source:
    shop = {
        "source": "shop",
        "department": "online",
        "input": {"format": "jsonl"},
        "defaults": {"identifiers": {"crm_id": "customer.id", "email": ["mail", "customer.mail"]}, "refs": {"order": "order"}},
        "events": [
            {"type": "order.placed", "time": "placed", "channel": "=shop", "attributes": {"amount": "to_number(amount)"}},
            {"type": "payment.approved", "time": "paid"},
        ],
    }
    return Source.model_validate(shop | changes)


def drafts(record, **changes) -> list[Draft]:
    return list(compile_mapping(source(**changes))(record))


def problem(record, **changes) -> tuple[str, str, str]:
    with pytest.raises(Invalid) as caught:
        drafts(record, **changes)
    return caught.value.reason, caught.value.field, caught.value.message


def test_one_record_yields_a_draft_for_every_event_that_has_a_time():
    record = {"order": 17, "customer": {"id": "C-1", "mail": "a@example.org"}, "placed": "2026-03-04", "paid": "", "amount": "12.50"}
    assert drafts(record) == [
        Draft(
            "order.placed",
            "2026-03-04",
            [("crm_id", "C-1"), ("email", "a@example.org")],
            [("order", 17)],
            channel="shop",
            attributes=[("amount", 12.5)],
        )
    ]
    assert [draft.type for draft in drafts(record | {"paid": "2026-03-05"})] == ["order.placed", "payment.approved"]


def test_a_record_without_any_time_is_a_dead_letter_unless_the_events_are_optional():
    record = {"order": 17, "customer": {"id": "C-1"}, "place": "2026-03-04"}
    assert problem(record) == (
        "missing_field", "placed, paid",
        "no event has a time: placed, paid are empty; there is no field 'placed', the nearest is 'place'; there is no field 'paid'",
    )  # fmt: skip
    events = [{"type": "order.placed", "time": "placed", "optional": True}]
    assert drafts(record, events=events) == []


def test_a_record_that_no_event_means_is_unmapped_and_says_what_its_type_is():
    events = [
        {"type": {"from": "status", "map": {"ok": "order.placed", "1": "order.canceled", "true": "order.canceled"}}, "time": "placed"}
    ]
    record = {"customer": {"id": "C-1"}, "placed": "2026-03-04"}
    assert problem(record | {"status": "lost"}, events=events) == (
        "unmapped",
        "status",
        "no event of the source file is meant by this record; status says 'lost'",
    )
    assert problem(record, events=events)[2] == "no event of the source file is meant by this record; status says ''"
    assert [[d.type for d in drafts(record | {"status": s}, events=events)] for s in ("ok", 1, True)] == [
        ["order.placed"],
        ["order.canceled"],
        ["order.canceled"],
    ]


def test_conditions_choose_among_events_and_ignored_records_pass_in_silence():
    events = [
        {"type": "order.placed", "time": "placed", "when": "kind == 'order' && amount > `5`"},
        {"type": "order.canceled", "time": "placed", "when": "kind == 'cancel'"},
    ]
    record = {"customer": {"id": "C-1"}, "placed": "2026-03-04", "kind": "order", "amount": 7}
    assert [draft.type for draft in drafts(record, events=events)] == ["order.placed"]
    assert [draft.type for draft in drafts(record | {"kind": "cancel"}, events=events)] == ["order.canceled"]
    assert problem(record | {"kind": "x"}, events=events)[0] == "unmapped"
    assert drafts(record | {"kind": "x"}, events=events, ignore="kind == 'x'") == []


def test_an_expression_that_does_not_fit_the_record_is_a_dead_letter_that_names_it():
    events = [{"type": "order.placed", "time": "placed", "when": "contains(amount, 'x')"}]
    reason, field, message = problem({"placed": "2026-03-04", "amount": 5}, events=events)
    assert (reason, field) == ("invalid_value", "contains(amount, 'x')")
    assert message == "contains(amount, 'x'): JMESPathTypeError on this record"


def test_the_fields_of_an_id_are_joined_under_the_type():
    events = [{"type": "order.placed", "time": "placed", "id": ["order", "line"]}]
    record: dict[str, Any] = {"placed": "2026-03-04", "order": "1|7", "line": 2}
    assert [draft.id for draft in drafts(record, events=events)] == ["order.placed:1\\|7|2"]
    assert [draft.id for draft in drafts(record | {"line": None}, events=events)] == ["order.placed:1\\|7|"]
    assert problem({"placed": "2026-03-04"}, events=events)[:2] == ("missing_field", "order, line")
    assert problem(record | {"line": [1]}, events=events)[2] == "id: is neither text nor a whole number but list"


@pytest.mark.parametrize("record", [None, 5, "text", ["a"], True])
def test_a_record_that_is_no_object_is_a_dead_letter(record):
    assert problem(record)[0] == "invalid_value"


EMPTY_OR_NOT: tuple[Any, ...] = (0, {}, False)


def test_paths_look_up_whole_names_first_and_then_step_by_step():
    get = compile_value(["case.name", "a.b", "=none"])
    nested: list[dict[str, Any]] = [
        {"case.name": "x"}, {"case": {"name": "y"}}, {"a": {"b": 0}}, {"a": {"b": " "}}, {"a": 5}, {"a": {"b": []}},
    ]  # fmt: skip
    assert [get(record) for record in nested] == ["x", "y", 0, "none", "none", "none"]
    assert compile_value([])({}) is None
    assert [compile_value(["n"])({"n": value}) for value in EMPTY_OR_NOT] == [0, None, False]
    assert compile_value(['"Is active?"'])({"Is active?": "yes"}) == "yes"


VALUES = st.sampled_from([None, True, False, 0, 1, 1.0, "", "a", "1", "x y", [], {}, [1], {"b": "a"}, {"b": 1}])
EXPRESSIONS = st.sampled_from(
    ["a", "a.b", "a == 'a'", "a != b", "a == `1`", "a == `true`", "!a", "a && b", "a || b", "!(a == b) && c", "a.b == 'a' || c", "`5`",
     "to_number(a)", "a[0]", "a > `0`", "length(to_string(a))", "\"a\" == b"]
)  # fmt: skip


@given(st.dictionaries(st.sampled_from("abc"), VALUES), EXPRESSIONS)
def test_compiled_expressions_mean_what_jmespath_means(record, expression):
    try:
        found = compile_expression(expression)(record)
    except Invalid:
        return
    assert found == jmespath.search(expression, record)


def test_the_columns_that_a_table_must_have_are_known_without_a_record():
    assert columns(source()) == {
        "order.placed": (("placed",), ("customer.id",), ("mail", "customer.mail"), ("order",)),
        "payment.approved": (("paid",), ("customer.id",), ("mail", "customer.mail"), ("order",)),
    }
