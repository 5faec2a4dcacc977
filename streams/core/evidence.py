"""What is shown of the events that something rests on. A story may go on for years, and a message has to hold what is said of it."""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

EDGE = 50  # of a longer story so many from its beginning and so many from its end: more than anybody reads


def shown(found: Sequence[T]) -> tuple[T, ...]:
    """`found`, oldest first, without the middle of a long story."""
    return tuple(found) if len(found) <= 2 * EDGE else (*found[:EDGE], *found[-EDGE:])
