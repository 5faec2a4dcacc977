from uuid import uuid5

from hypothesis import given
from hypothesis import strategies as st

from schemas.ids import NAMESPACE, SEPARATOR, alert_id, customer_id, derived_id, event_id, identifier_id, journey_id


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_the_quick_way_to_an_id_equals_uuid5(words):
    assert derived_id(*words) == str(uuid5(NAMESPACE, SEPARATOR.join(words)))


def test_ids_of_different_things_differ_even_where_the_words_are_equal():
    made = {
        event_id("a", "b"),
        identifier_id("a"),
        customer_id("a"),
        alert_id("a", (), "b"),
        alert_id("a", ("b",), ""),
        journey_id("a", "b"),
    }
    assert len(made) == 6


def test_ids_never_change():
    assert event_id("shop", "4711") == "0afe7984-49c8-51cb-901f-951be668cf1f"


def test_a_lone_surrogate_in_an_id_is_no_reason_to_fail():
    assert len(derived_id("\ud800")) == 36
