from hypothesis import given
from hypothesis import strategies as st

from schemas.clock import Clock
from streams.engine.due import DueIndex

SALES, ALL = frozenset({"sales"}), frozenset({"*"})


def test_a_family_is_woken_when_the_clock_of_those_it_listens_to_has_passed():
    index = DueIndex()
    index.put("f1", False, ((SALES, 50),))
    index.put("f2", False, ((ALL, 50),))
    index.put("f3", True, ())
    assert index.wake(Clock(100, {"sales": 50, "service": 49})) == ["f1", "f3"]


def test_a_family_stays_until_it_has_been_dealt_with():
    index = DueIndex()
    index.put("f1", False, ((SALES, 50),))
    assert index.wake(Clock(60)) == index.wake(Clock(60)) == ["f1"]
    index.put("f1", False, ())
    assert index.wake(Clock(60)) == []
    assert len(index) == 0


due = st.dictionaries(st.sampled_from([SALES, ALL]), st.integers(0, 9)).map(lambda d: tuple(d.items()))


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), due)), st.integers(0, 9), st.integers(0, 9))
def test_the_index_wakes_exactly_those_that_are_dirty_or_due(puts, now, sales):
    index, latest = DueIndex(), {}
    for family, dirty, when in puts:
        index.put(family, dirty, when)
        latest[family] = dirty, when
    clock = Clock(now, {"sales": min(sales, now)})
    want = sorted(f for f, (dirty, when) in latest.items() if dirty or any(at <= clock.of(hears) for hears, at in when))
    assert index.wake(clock) == want
    assert index.wake(clock) == want
