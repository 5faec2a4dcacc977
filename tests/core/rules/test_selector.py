"""Selectors: a type, a glob, a word, or types with tests."""

import pytest
from pydantic import TypeAdapter

from schemas.rule import Selector
from streams.core.rules.selector import Selecting
from tests.core.rules.stories import told

WORDS = {
    "answered": {"type": "contact.outbound", "where": {"automatic": {"not": True}}},
    "touched": ["answered", "call.*"],
    "by_sales": {"type": "touched", "where": {"department": "sales"}},
    "circle": ["round"], "round": ["circle"],
}  # fmt: skip
ADAPTER = TypeAdapter(Selector)


def selecting(selector):
    return Selecting(ADAPTER.validate_python(selector), {name: ADAPTER.validate_python(word) for name, word in WORDS.items()})


def selected(selector, *touchpoints):
    return [touchpoint.event_id for touchpoint in touchpoints if selecting(selector)(touchpoint)]


CALL = told(0, "call.made", "call", department="sales")
MAIL = told(0, "contact.outbound", "mail", department="service")
RECEIPT = told(0, "contact.outbound", "receipt", department="sales", attributes={"automatic": True})
OFFER = told(0, "contact.outbound", "offer", department="sales")
ALL = (CALL, MAIL, RECEIPT, OFFER)


def test_a_type_a_glob_and_a_word_select():
    assert selected("call.made", *ALL) == ["call"]
    assert selected("*", *ALL) == selected("*.*", *ALL) == ["call", "mail", "receipt", "offer"]
    assert selected("answered", *ALL) == ["mail", "offer"]
    assert selected(["call.*", "contact.inbound"], *ALL) == ["call"]
    assert selected([], *ALL) == []


def test_a_word_can_be_made_of_words_and_takes_their_tests_along():
    assert selected("touched", *ALL) == ["call", "mail", "offer"]
    assert selected("by_sales", *ALL) == ["call", "offer"]


def test_a_type_without_tests_makes_tests_of_the_same_type_needless():
    assert selected([{"type": "contact.outbound", "where": {"department": "sales"}}, "contact.*"], *ALL) == ["mail", "receipt", "offer"]


def test_it_knows_which_types_it_can_select():
    assert selecting("touched").globs == ("contact.outbound", "call.*")
    assert [type for type in ("call.made", "contact.outbound", "contact.inbound") if selecting("touched").mentions(type)] == [
        "call.made",
        "contact.outbound",
    ]
    assert not selecting([])
    assert selecting("call.made")


def test_two_selectors_together_select_what_one_of_them_does():
    assert (selecting("answered") | selecting("call.made")).globs == ("contact.outbound", "call.made")


def test_unknown_words_and_words_that_stand_for_themselves_are_refused():
    with pytest.raises(ValueError, match=r"^'anwsered' is neither an event type .* nor a word; did you mean answered\?$"):
        selecting("anwsered")
    with pytest.raises(ValueError, match=r"^'xyz' is neither an event type \(with a dot\) nor a word$"):
        selecting("xyz")
    with pytest.raises(ValueError, match=r"^the word 'circle' is defined by itself: circle -> round -> circle$"):
        selecting("circle")
