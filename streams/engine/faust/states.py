"""The states of one partition that this worker owns, for as long as it owns it, and how much of its log is in them.

What is committed lags behind what is saved, so whoever takes over reads records that are in the states already. Their outputs were
acknowledged before; doing them again would judge families at ticks of the past, with touchpoints that came later. So they are left out.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from schemas.codec import decoder, encode
from streams.engine.faust.table import BulkTable
from streams.stages.step import Step

POSITION = "\0position"  # no key of a stage begins with NUL; saved last, so after a torn save it is the one of before
CACHED_STATES = 5_000  # decoded states kept per partition: memory stays flat however many customers there are


class Position(NamedTuple):
    """The last record of the log that is in the states, and the latest timestamp up to it: a topic that was made anew begins later."""

    offset: int = -1
    latest: int = 0  # milliseconds


_position = decoder(Position).decode


class Taken(NamedTuple):
    """What has changed, and up to where."""

    states: Mapping[str, Any]
    position: Position


class PartitionStates:
    """Decoded once and cached; what has changed is collected until it is saved. Never used again after a revocation."""

    def __init__(self, number: int, table: BulkTable, decode: Callable[[bytes], Any]) -> None:
        self.number = number
        self._table, self._decode = table, decode
        self._states: dict[str, Any] = {}
        self._changed: dict[str, None] = {}
        saved = table.get_in(number, POSITION.encode())
        self._position = Position() if saved is None else _position(saved)

    def new(self, records: Sequence[Any]) -> Sequence[Any]:
        """Those that are not in the states yet."""
        offset, latest = self._position
        if not records or records[0].offset > offset:
            return records
        return [record for record in records if record.offset > offset or record.timestamp > latest]

    def reach(self, offset: int, latest: int) -> None:
        """Everything up to this record is in the states now."""
        self._position = Position(offset, max(latest, self._position.latest))

    def __getitem__(self, key: str) -> Any:
        """The state of a key, or None."""
        try:
            return self._states[key]
        except KeyError:
            saved = self._table.get_in(self.number, key.encode())
            state = self._states[key] = None if saved is None else self._decode(saved)
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
        for raw, value in self._table.items_in(self.number):
            key = raw.decode()
            if key != POSITION:
                yield key, value

    @property
    def has_changed(self) -> bool:
        """Is there something to take?"""
        return bool(self._changed)

    def take_changes(self) -> Taken:
        """What has changed since the last call, as it is now: it may go on changing until it is saved."""
        taken = {key: self._states[key] for key in self._changed}
        self._changed = {}
        return Taken(taken, self._position)

    async def save(self, taken: Taken) -> None:
        """Make durable what was taken; one call at a time."""
        if taken.states:
            items = [(key.encode(), None if state is None else encode(state)) for key, state in taken.states.items()]
            await self._table.write(self.number, [*items, (POSITION.encode(), encode(taken.position))])
        if len(self._states) > CACHED_STATES:  # the older half goes, except for what only we know
            for key in list(islice(self._states, CACHED_STATES // 2)):
                if key not in self._changed:
                    del self._states[key]
