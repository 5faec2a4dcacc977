"""One partition of a keyed stage: its inbox, and the states of the keys that live there."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any
from zlib import crc32

from schemas.codec import encode
from streams.engine.store import StateStore

CACHED_BYTES = 4 << 20  # encoded, of the decoded states that a partition keeps; decoded they are about seven times as large


def partition_of(key: str, partitions: int) -> int:
    """Which partition a key lives in. Nothing that the stages return depends on it."""
    return crc32(key.encode("utf-8", "surrogatepass")) % partitions


class Partition:
    """States are decoded once and cached; what an epoch changed is collected until the epoch is committed."""

    def __init__(self, stage: str, number: int, store: StateStore, decode: Callable[[bytes], Any]) -> None:
        self.stage, self.number = stage, number
        self.table = f"{stage}/{number}"
        self.inbox: deque[tuple[str, Any]] = deque()
        self._store, self._decode = store, decode
        self._states: dict[str, Any] = {}
        self._changed: set[str] = set()
        self._cached = 0  # bytes, encoded

    def state(self, key: str) -> Any:
        """The state of a key, or None."""
        try:
            return self._states[key]
        except KeyError:
            saved = self._store.get(self.table, key)
            state = self._states[key] = None if saved is None else self._decode(saved)
            self._cached += len(saved or b"")
            return state

    def put(self, key: str, state: Any) -> None:
        """The next state of a key; None forgets it."""
        self._states[key] = state
        self._changed.add(key)

    def saved(self) -> Iterator[tuple[str, Any]]:
        """Every state that has been committed."""
        for key, value in self._store.items(self.table):
            yield key, self._decode(value)

    def take_changes(self) -> dict[tuple[str, str], bytes | None]:
        """What has changed since the last call, encoded, ready to be committed."""
        changes: dict[tuple[str, str], bytes | None] = {}
        for key in self._changed:
            state = self._states[key]
            encoded = changes[self.table, key] = None if state is None else encode(state)
            self._cached += len(encoded or b"")
        self._changed = set()
        return changes

    def committed(self) -> None:
        """Everything taken so far has been saved: the cache may let go of it, except of what has changed since."""
        if self._cached > CACHED_BYTES:
            self._states = {key: self._states[key] for key in self._changed}
            self._cached = 0
