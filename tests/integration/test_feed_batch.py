"""When a batch is written."""

from types import SimpleNamespace

import pytest

from sinks.feed.batch import Batch, Limits
from sinks.feed.pending import Pending

LIMITS = Limits(messages=3, size=100, seconds=2.0, quiet=0.5)


def record(offset: int, value: bytes = b"x") -> SimpleNamespace:
    return SimpleNamespace(offset=offset, value=value)


def test_so_many_seconds_after_its_first_message_while_others_come():
    batch = Batch()
    for number, now in enumerate((0.0, 0.4)):
        batch.add([record(number)], now)
    assert not batch.is_full(LIMITS, 0.8)
    assert batch.due(LIMITS, 0.8) == pytest.approx(0.1)
    limits = LIMITS._replace(messages=100)
    for number in range(2, 6):
        batch.add([record(number)], number * 0.4)
    assert (batch.is_full(limits, 1.99), batch.is_full(limits, 2.0)) == (False, True)


def test_the_end_of_a_rush_waits_for_nobody():
    batch = Batch()
    batch.add([record(1)], 1.0)
    assert (batch.is_full(LIMITS, 1.49), batch.is_full(LIMITS, 1.5), batch.due(LIMITS, 1.5)) == (False, True, 0.0)
    assert not batch.is_full(Limits(seconds=2.0), 1.5), "where nobody says so it waits"


def test_many_messages_or_large_ones_do_not_wait():
    batch = Batch()
    batch.add([record(1), record(2), record(3)], 0.0)
    assert batch.is_full(LIMITS, 0.0)
    large = Batch()
    large.add([record(1, b"x" * 100)], 0.0)
    assert large.is_full(LIMITS, 0.0)


def test_after_a_crash_exactly_the_range_that_was_pending_however_long_that_takes():
    batch = Batch(redo=Pending(5, 6))
    batch.add([record(5)], 0.0)
    assert (batch.is_full(LIMITS, 60.0), batch.due(LIMITS, 60.0)) == (False, float("inf"))
    batch.add([record(6), record(7)], 61.0)
    assert batch.is_full(LIMITS, 61.0)
    pending, taken = batch.take(61.0)
    assert (pending, [one.offset for one in taken], [one.offset for one in batch.records]) == (Pending(5, 6), [5, 6], [7])
