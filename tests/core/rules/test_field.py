"""Fields of touchpoints and tests on them."""

import pytest
from pydantic import TypeAdapter

from schemas.rule import Test as FieldTest
from streams.core.rules.field import check, reader, single
from tests.core.rules.stories import told

TOUCHPOINT = told(
    0, "t.a", "e", team="returns", ids=("crm_id:1", "email:a", "email:b"), refs={"order": ("17",), "ticket": ("1", "2"), "none": ()},
    facts=("address",), due_at=5, attributes={"amount": 12.5, "ref": "plain"},
)  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("team", "returns"), ("agent", None), ("type", "t.a"), ("due_at", 5), ("facts", ("address",)),
        ("ref.order", ("17",)), ("ref.ticket", ("1", "2")), ("ref.none", None), ("ref.lead", None), ("ref", "plain"),
        ("id.email", ("a", "b")), ("id.phone", None), ("amount", 12.5), ("unknown", None),
    ],
)  # fmt: skip
def test_a_field_is_read_by_its_name(field, value):
    assert reader(field)(TOUCHPOINT) == value


def test_a_field_that_tells_things_apart_is_plain_when_it_has_one_value():
    assert [single(field)(TOUCHPOINT) for field in ("ref.order", "ref.ticket", "team", "agent")] == ["17", ("1", "2"), "returns", None]


def passing(wanted, *values):
    test = check(FieldTest.model_validate(wanted) if isinstance(wanted, dict) else TypeAdapter(object).validate_python(wanted))
    return [value for value in values if test(value)]


def test_a_bare_value_means_equal_and_several_mean_one_of_them():
    assert passing("a", "a", "b", None, ("a", "b"), ("c",)) == ["a", ("a", "b")]
    assert passing(("a", "b"), "a", "b", "c", ("c", "b")) == ["a", "b", ("c", "b")]
    assert passing(2, 2, 3, None) == [2]


def test_bounds_compare_numbers_and_never_text_or_nothing():
    values = (1, 2, 2.5, 3, "2", None, (1, 9))
    assert passing({"lt": 2}, *values) == [1, (1, 9)]
    assert passing({"le": 2}, *values) == [1, 2, (1, 9)]
    assert passing({"gt": 2}, *values) == [2.5, 3, (1, 9)]
    assert passing({"ge": 2, "lt": 3}, *values) == [2, 2.5]
    assert passing({"ge": "b"}, "a", "c", 3) == ["c"]


def test_not_passes_what_has_no_value_and_fails_when_one_value_is_unwanted():
    assert passing({"not": "a"}, "a", "b", None, ("a", "b")) == ["b", None]
    assert passing({"not": ("a", "b")}, "a", "b", "c") == ["c"]


def test_whether_there_is_a_value_at_all():
    assert passing({"exists": True}, "a", None) == ["a"]
    assert passing({"exists": False}, "a", None) == [None]
