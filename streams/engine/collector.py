"""Python's collector of cycles, kept away from states and messages.

They are many, live long and hold no cycles; left alone, the collector walks through all of them again and again, which costs a third of
the time and more with every customer. Now and then it is told to look at what is new, and at nothing else.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNGEST = 0  # the generation of objects that no collection has seen yet
MANY = 100_000  # objects more than at the last collection; Python's own is 700


@contextmanager
def kept_away() -> Iterator[None]:
    """Inside, it runs when `look` is called and never by itself."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def seldom() -> Iterator[None]:
    """Inside, it runs by itself after many new objects: for messages that are gone before the next ones come, and libraries with cycles."""
    before = gc.get_threshold()
    gc.set_threshold(MANY, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def look() -> None:
    """Collect the cycles among the objects that were made since the last look."""
    gc.collect(YOUNGEST)
