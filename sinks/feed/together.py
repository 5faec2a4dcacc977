"""Feeds side by side in one process: what is slow in one keeps nobody waiting in another."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

LOOK = 0.5  # seconds
STOP_WITHIN = 10.0  # seconds; who waits for ClickHouse is not waited for, because ending in the middle of a batch loses nothing


class Runs(Protocol):
    """See `sinks.feed.feed.Feed`."""

    def run(self, until: Callable[[], bool]) -> None: ...

    def close(self) -> None: ...


def run_together(feeds: Sequence[Runs], stop: threading.Event) -> None:
    """Until told to stop, each in a thread of its own. An error in one stops all of them, and is raised."""
    errors: list[BaseException] = []

    def run(feed: Runs) -> None:
        try:
            feed.run(stop.is_set)
            feed.close()
        except BaseException as error:  # noqa: BLE001 - raised below
            errors.append(error)
        finally:
            stop.set()

    threads = [threading.Thread(target=run, args=(feed,), daemon=True) for feed in feeds]
    for thread in threads:
        thread.start()
    while not stop.wait(LOOK):  # a signal is heard between two looks
        pass
    until = time.monotonic() + STOP_WITHIN
    for thread in threads:
        thread.join(max(until - time.monotonic(), 0))
    if errors:
        raise errors[0]
