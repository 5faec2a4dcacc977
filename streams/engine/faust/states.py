"""The states of one partition that this worker owns, for as long as it owns it."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from schemas.state import Head
from streams.engine.faust.encoders import Encoder
from streams.engine.faust.slices import WHOLE, Item, head_of, is_slice, joined, sliced
from streams.engine.faust.table import BulkTable
from streams.stages.step import Step

# Decoded states that a worker keeps of a table, shared by the partitions that it owns, and what each may keep at least: memory stays flat
# however many customers there are, and however much is known of each. Bytes are of the encoded states; decoded they are about seven times
# as large.
CACHED_STATES, CACHED_IN_ALL = 5_000, 40_000
CACHED_BYTES, BYTES_IN_ALL = 4 << 20, 128 << 20


class PartitionStates:
    """Decoded once and cached; what has changed is collected until it is saved. Never used again after a revocation."""

    def __init__(self, number: int, table: BulkTable, decode: Callable[[bytes], Any], encode: Encoder) -> None:
        self.number = number
        self._table, self._decode, self._encode = table, decode, encode
        self._states: dict[str, Any] = {}
        self._changed: dict[str, None] = {}
        self._heads: dict[str, Head] = {}  # of those whose value is in slices
        self._sizes: dict[str, int] = {}  # of the cached states, encoded, as they were read or saved last
        self._size = 0
        self.share(1)

    def share(self, partitions: int) -> None:
        """There are so many here, this one included."""
        self._most = max(CACHED_STATES, CACHED_IN_ALL // partitions)
        self.room = max(CACHED_BYTES, BYTES_IN_ALL // partitions)  # bytes

    def __getitem__(self, key: str) -> Any:
        """The state of a key, or None."""
        try:
            return self._states[key]
        except KeyError:
            saved = self._table.get_in(self.number, key.encode())
            whole = None if saved is None else self._whole(key, saved)
            state = self._states[key] = None if whole is None else self._decode(whole)
            self._measure(key, whole)
            return state

    def keep(self, key: str, before: Any, step: Step[Any]) -> bool:
        """Take over the next state; was it another one?"""
        if step.state is before:
            return False
        self._states[key] = step.state
        self._changed[key] = None
        return True

    def saved_items(self) -> Iterator[tuple[str, bytes]]:
        """Every state that is saved, encoded."""
        for saved, value in self._table.items_in(self.number):
            if not is_slice(saved):
                key = saved.decode()
                yield key, self._whole(key, value)

    @property
    def has_changed(self) -> bool:
        """Is there something to take?"""
        return bool(self._changed)

    def take_changes(self) -> Mapping[str, Any]:
        """What has changed since the last call, as it is now: it may go on changing until it is saved."""
        taken = {key: self._states[key] for key in self._changed}
        self._changed = {}
        return taken

    async def save(self, changes: Mapping[str, Any]) -> None:
        """Make durable what was taken; one call at a time."""
        if changes:
            await self._table.write(self.number, [item for key, state in changes.items() for item in self._items(key, state)])
        if len(self._states) > self._most or self._size > self.room:
            self._let_go(changes)

    def _let_go(self, recent: Collection[str]) -> None:
        """Of the oldest, until there is room for as much again; not of what only we know, nor of what was needed just now.

        That counts as half of what may be kept at most, or a large one would drive out all others.
        """
        uncounted = max(sum([self._sizes.get(key, 0) for key in recent]) - self.room // 2, 0)
        if len(self._states) <= self._most and self._size - uncounted <= self.room:
            return
        for key in list(self._states):
            if len(self._states) <= self._most // 2 and self._size - uncounted <= self.room // 2:
                break
            if key not in self._changed and key not in recent:
                del self._states[key]
                self._size -= self._sizes.pop(key, 0)
                self._encode.forget(key)

    def _measure(self, key: str, encoded: bytes | None) -> None:
        size = len(encoded or b"")
        self._size += size - self._sizes.get(key, 0)
        self._sizes[key] = size

    def _items(self, key: str, state: Any) -> list[Item]:
        encoded = None if state is None else self._encode(key, state)
        self._measure(key, encoded)
        items, head = sliced(key.encode(), encoded, self._heads.get(key, WHOLE))
        if head is not WHOLE:
            self._heads[key] = head
        else:
            self._heads.pop(key, None)
        return items

    def _whole(self, key: str, saved: bytes) -> bytes:
        head = head_of(saved)
        if head is not WHOLE:
            self._heads[key] = head
        return joined(key.encode(), saved, lambda part: self._table.get_in(self.number, part))
