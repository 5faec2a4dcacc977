"""The brake: a bad deploy must not send everything to the dead letters.

A source whose mapping was broken, or whose system changed its format, turns every record into a dead letter. Each of them is kept, but
the timeline stands still without anybody noticing, and repairing millions costs more than stopping. So whoever reads asks the brake
before anything is acknowledged, and stops when it is pulled.
"""

from collections import Counter, deque
from collections.abc import Iterable
from typing import NamedTuple

from schemas.command import COMMANDS
from schemas.company import Brake

FINE = ""  # the reason of a record that could be used


class Pulled(NamedTuple):
    """Why: so many dead letters among the last records of a source, by their reasons."""

    source: str
    dead_letters: int
    records: int
    reasons: dict[str, int]

    @property
    def sentence(self) -> str:
        """For people, with the way on."""
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in self.reasons.items())
        return (
            f"source {self.source}: {self.dead_letters:,} of the last {self.records:,} records became dead letters ({reasons}), so nothing more is read. "
            "Mend its source file and start again; --no-brake goes on all the same"
        )


class BrakePulled(Exception):
    """Raised by whoever reads, before anything of this is acknowledged."""

    def __init__(self, pulled: Pulled) -> None:
        self.pulled = pulled
        super().__init__(pulled.sentence)


class Watch:
    """Remembers the last records of every source; begins anew with the process."""

    def __init__(self, brake: Brake) -> None:
        self._brake = brake
        self._sources: dict[str, _Window] = {}

    def hear(self, source: str, reasons: Iterable[str]) -> None:
        """What became of the next records of a source: `FINE`, or the reason of their dead letter. Raises `BrakePulled`."""
        if source == COMMANDS:  # no mapping of ours is wrong where people say what cannot be meant
            return
        window = self._sources.get(source)
        if window is None:
            window = self._sources[source] = _Window(self._brake)
        for reason in reasons:
            if window.is_too_much(reason):
                raise BrakePulled(Pulled(source, window.dead, len(window.last), window.reasons()))


class _Window:
    """The last records of one source."""

    def __init__(self, brake: Brake) -> None:
        self._brake = brake
        self.last: deque[str] = deque()
        self.dead = self._row = 0

    def is_too_much(self, reason: str) -> bool:
        """With this record, too."""
        last, brake = self.last, self._brake
        last.append(reason)
        if len(last) > brake.of and last.popleft():
            self.dead -= 1
        if not reason:
            self._row = 0
            return False
        self.dead += 1
        self._row += 1
        return self._row >= brake.in_a_row or (self.dead >= brake.least and self.dead > brake.share * len(last))

    def reasons(self) -> dict[str, int]:
        """The most frequent first."""
        return dict(Counter(reason for reason in self.last if reason).most_common())
