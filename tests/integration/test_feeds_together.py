"""Feeds side by side: the alerts do not wait for the timeline, and nobody goes on when one has failed."""

import threading
from collections.abc import Callable

import pytest

from sinks.feed import run_together

WAIT = 10.0  # seconds; far more than is needed


class Feed:
    """Does what it is given, and notes how it ended."""

    def __init__(self, work: Callable[[Callable[[], bool]], None]) -> None:
        self.run, self.closed = work, False

    def close(self) -> None:
        self.closed = True


def test_a_feed_that_is_kept_waiting_keeps_no_other_waiting():
    stop, alerts = threading.Event(), threading.Event()

    def kept_waiting(until: Callable[[], bool]) -> None:
        assert alerts.wait(WAIT)
        stop.set()

    def write(until: Callable[[], bool]) -> None:
        alerts.set()
        assert stop.wait(WAIT)

    feeds = Feed(kept_waiting), Feed(write)
    run_together(feeds, stop)
    assert [feed.closed for feed in feeds] == [True, True]


def test_when_one_fails_all_stop_and_its_error_is_raised():
    stop = threading.Event()

    def fail(until: Callable[[], bool]) -> None:
        raise ValueError("no such column")

    def go_on(until: Callable[[], bool]) -> None:
        assert stop.wait(WAIT)
        assert until()

    feeds = Feed(go_on), Feed(fail)
    with pytest.raises(ValueError, match="no such column"):
        run_together(feeds, stop)
    assert [feed.closed for feed in feeds] == [True, False]
