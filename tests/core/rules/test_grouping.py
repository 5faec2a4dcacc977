"""Which touchpoints are judged together."""

from streams.core.rules.grouping import Grouping
from tests.core.rules.stories import told

MATTERS = {"a": ("order", "1"), "b": ("order", "1"), "c": ("ticket", "9")}


def grouped(per, *touchpoints, loose=False):
    grouping = Grouping(per, loose, lambda t: t.type == "t.answer")
    return [(group.key, "".join(t.event_id for t in group.members)) for group in grouping(touchpoints, MATTERS).groups.values()]


def test_of_one_customer_all_are():
    assert grouped(("customer",), told(0, "t.x", "a"), told(1, "t.x", "z")) == [((), "az")]


def test_of_one_matter_and_what_has_none_is_not_judged():
    assert grouped(("matter",), *[told(0, "t.x", name) for name in "abcz"]) == [((), "ab"), ((), "c")]


def test_of_one_value_and_of_several_under_each():
    orders = told(0, "t.x", "a", refs={"order": ("1", "2")}), told(1, "t.x", "b", refs={"order": ("2",)}), told(2, "t.x", "c")
    assert grouped(("ref.order",), *orders) == [(("1",), "a"), (("2",), "ab")]


def test_of_every_combination_of_values():
    story = (
        told(0, "t.x", "a", facts=("x", "y"), channel="mail"),
        told(1, "t.x", "b", facts=("y",), channel="mail"),
        told(2, "t.x", "c", facts=("y",)),
    )
    assert grouped(("customer", "facts", "channel"), *story) == [(("x", "mail"), "a"), (("y", "mail"), "ab")]
    assert grouped(("matter", "facts"), told(2, "t.x", "z", facts=("x",))) == []
    assert grouped(("matter", "facts"), *story, told(3, "t.x", "z", facts=("y",))) == [(("x",), "a"), (("y",), "ab"), (("y",), "c")]


def test_values_are_text_in_the_key():
    assert grouped(("record",), told(0, "t.x", "a", attributes={"record": 5}), told(1, "t.x", "b", attributes={"record": "5"})) == [
        (("5",), "ab")
    ]


def test_an_answer_without_a_matter_answers_every_matter_of_a_loose_rule():
    story = told(0, "t.x", "a"), told(0.5, "t.answer", "z"), told(1, "t.x", "c"), told(3, "t.x", "y")
    assert grouped(("matter",), *story) == [((), "a"), ((), "c")]
    assert grouped(("matter",), *story, loose=True) == [((), "az"), ((), "zy"), ((), "zc")]
    assert grouped(("matter",), story[0], loose=True) == [((), "a")]


def test_a_touchpoint_is_narrowed_to_the_values_of_one_key():
    grouping = Grouping(("matter", "facts", "ref.order", "id.email", "channel", "record"), False, bool)
    whole = told(
        0, "t.x", "a", facts=("x", "y"), refs={"order": ("1", "2"), "ticket": ("7", "8")}, ids=("crm_id:1", "email:a", "email:b"),
        channel="mail", attributes={"record": 5},
    )  # fmt: skip
    key = ("y", "2", "b", "mail", "5")
    narrowed = grouping.narrow(whole, key)
    assert (narrowed.facts, narrowed.refs, narrowed.ids) == (("y",), {"order": ("2",), "ticket": ("7", "8")}, ("crm_id:1", "email:b"))
    assert grouping.own(key) == {"channel": "mail"}
