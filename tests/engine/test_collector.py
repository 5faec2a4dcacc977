"""How often Python's collector of cycles runs is changed for as long as something is done, and is as it was after that."""

import gc
import weakref

import pytest

from streams.engine import collector


class Knot:
    """Holds itself, so that only the collector can take it away."""

    def __init__(self) -> None:
        self.itself = self


@pytest.mark.parametrize("way", [collector.kept_away, collector.seldom])
def test_it_is_as_it_was_even_after_an_error(way):
    before = gc.isenabled(), gc.get_threshold()

    def fails() -> None:
        with way():
            assert (gc.isenabled(), gc.get_threshold()) != before
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()

    assert (gc.isenabled(), gc.get_threshold()) == before


def test_kept_away_it_takes_nothing_until_it_is_told_to_look():
    with collector.kept_away():
        gone = weakref.ref(Knot())
        kept = [[] for _ in range(2 * collector.MANY)]
        assert gone() is not None
        collector.look()
        assert gone() is None
    assert len(kept) == 2 * collector.MANY


def test_seldom_it_takes_cycles_after_many_new_objects_and_not_before():
    with collector.seldom():
        gc.collect()
        gone = weakref.ref(Knot())
        kept = [[] for _ in range(collector.MANY // 2)]
        assert gone() is not None
        kept += [[] for _ in range(collector.MANY)]
        assert gone() is None
    assert len(kept) == 3 * collector.MANY // 2
