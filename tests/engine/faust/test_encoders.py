"""Families as bytes: what is remembered of the last time never shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import decoder, encode
from schemas.state import FamilyState, IdentifierState
from streams.engine.faust.encoders import FamilyEncoder, PlainEncoder
from tests.stages.builders import touchpoint

NAMES = st.sampled_from("abcdefgh")
DOINGS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), NAMES, st.integers(0, 3)),  # again is a replacement
        st.tuples(st.just("remove"), NAMES, st.just(0)),
        st.tuples(st.just("forget"), st.just(""), st.just(0)),
        st.tuples(st.just("say"), NAMES, st.integers(0, 3)),
    ),
    max_size=30,
)


@given(DOINGS)
def test_the_bytes_are_always_those_of_the_codec(doings):
    encoder, touchpoints, version = FamilyEncoder(), {}, 0
    for doing, name, number in doings:
        if doing == "add":
            made = touchpoint("email:a", name=name, at=number)
            touchpoints = {**touchpoints, made.event_id: (made, number)}
        elif doing == "remove":
            gone = touchpoint("email:a", name=name).event_id
            touchpoints = {id: held for id, held in touchpoints.items() if id != gone}
        elif doing == "forget":
            encoder.forget("k")
        else:
            version += 1
        state = FamilyState(touchpoints=touchpoints, version=version, toxic=(name,))
        assert encoder("k", state) == encode(state)


@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 65_535, 65_536])
def test_however_many_there_are(count):
    made = touchpoint("email:a", name="a")
    state = FamilyState(touchpoints={f"{number:07d}": (made, 0) for number in range(count)})
    assert FamilyEncoder()("k", state) == encode(state)


def test_only_what_is_new_is_encoded():
    encoder, first, second = FamilyEncoder(), touchpoint("email:a", name="a"), touchpoint("email:a", name="b")
    encoder("k", FamilyState(touchpoints={first.event_id: (first, 0)}))
    grown = FamilyState(touchpoints={first.event_id: (first, 0), second.event_id: (second, 0)})
    assert encoder("k", grown) == encode(grown)
    assert encoder("other", FamilyState()) == encode(FamilyState()), "families do not mix"


def test_other_states_are_encoded_as_they_are():
    state = IdentifierState(family="f", neighbours=("email:a",))
    assert decoder(IdentifierState).decode(PlainEncoder()("email:b", state)) == state
