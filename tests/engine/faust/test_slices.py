"""Values in slices: read back as they were, at whatever record a crash cuts what was being written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import encode
from streams.engine.faust.slices import SLICE, WHOLE, head_of, is_slice, joined, sliced

SIZE = 4
# MessagePack, as every saved value is: an array of one text.
VALUES = st.one_of(st.none(), st.text("abc", max_size=40).map(lambda text: encode((text,))))


def read(store, key=b"k"):
    saved = store.get(key)
    return None if saved is None else joined(key, saved, store.get)


def written(store, items):
    """What a store comes to; None deletes."""
    return {key: value for key, value in {**store, **dict(items)}.items() if value is not None}


def head_in(store, key=b"k"):
    return head_of(store.get(key, b""))


@given(st.lists(VALUES, max_size=8))
def test_what_was_written_last_is_read_and_nothing_else_is_left(values):
    store, head = {}, WHOLE
    for value in values:
        items, head = sliced(b"k", value, head, SIZE)
        store = written(store, items)
        assert read(store) == value
        assert head == head_in(store), "whoever takes the key over knows what it holds"
        assert sum(map(is_slice, store)) == len(set(head.numbers))


@given(st.lists(VALUES, min_size=1, max_size=6), st.data())
def test_wherever_a_crash_cuts_it_the_value_before_or_the_one_after_is_there(values, data):
    store, before = {}, None
    for value in values:
        items, _ = sliced(b"k", value, head_in(store), SIZE)
        store = written(store, items[: data.draw(st.integers(0, len(items)), label="written")])
        assert read(store) in (before, value)
        items, _ = sliced(b"k", value, head_in(store), SIZE)  # whoever goes on does it again from what is there
        store = written(store, items)
        assert read(store) == value
        before = value


def test_what_has_not_changed_is_not_written_again():
    one, head = sliced(b"k", b"\x91aaabbbbcc", WHOLE, SIZE)
    assert one == [(b"\0k\x000", b"\x91aaa"), (b"\0k\x001", b"bbbb"), (b"\0k\x002", b"cc"), (b"k", b"\xc1" + encode(head))]
    assert encode(head).startswith(b"\x93\x93\x00\x01\x02\x93"), "arrays, whether compiled or not"
    more, after = sliced(b"k", b"\x91aaabbbbccdde", head, SIZE)
    assert more == [(b"\0k\x003", b"ccdd"), (b"\0k\x004", b"e"), (b"k", b"\xc1" + encode(after)), (b"\0k\x002", None)]
    small, whole = sliced(b"k", b"\x90", after, SIZE)
    assert small == [(b"k", b"\x90"), (b"\0k\x000", None), (b"\0k\x001", None), (b"\0k\x003", None), (b"\0k\x004", None)]
    assert whole is WHOLE


def test_a_value_that_fits_is_saved_as_it_is():
    assert sliced(b"k", bytes(SLICE), WHOLE) == ([(b"k", bytes(SLICE))], WHOLE)
    assert len(sliced(b"k", bytes(SLICE + 1), WHOLE)[0]) == 3


def test_a_slice_that_is_missing_is_no_value():
    items, _ = sliced(b"k", b"\x91aaabbbb", WHOLE, SIZE)
    store = written({}, items[1:])
    with pytest.raises(KeyError, match="k"):
        joined(b"k", store[b"k"], store.get)
