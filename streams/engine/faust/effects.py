"""What a piece of a chunk has come to, and the order in which it becomes durable: outputs, then states."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from streams.engine.faust.outbox import Item
from streams.engine.faust.router import Place
from streams.engine.faust.states import PartitionStates


class Effects(NamedTuple):
    """Returned by whoever works on chunks; a chunk may come in several pieces."""

    routed: Mapping[Place, list[Item]]  # leaves at once
    states: PartitionStates | None  # what has changed in them is saved once the outputs are acknowledged
    gone: Callable[[], object]  # called when the outputs are acknowledged, whether the states are saved yet or not
    held: Sequence[Mapping[Place, list[Item]]] = ()  # each leaves once everything before it is acknowledged

    @property
    def is_to_be_saved(self) -> bool:
        """Has a state changed that is not saved yet?"""
        return self.states is not None and self.states.has_changed


Fold = Callable[[Any, Sequence[Any]], Iterator[Effects]]  # (topic and partition, records), without waiting for anything
