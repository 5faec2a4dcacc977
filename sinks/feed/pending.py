"""The range that is about to be written, kept beside the committed offset.

Kafka stores a short text with every committed offset, atomically with it. Before a batch is inserted its range is written there; should
the process die, its successor reads exactly that range again and inserts it with the same token, which ClickHouse drops if it was in.
"""

import re
from typing import NamedTuple

_TEXT = re.compile(r"pending (\d+)-(\d+)")


class Pending(NamedTuple):
    """Offsets of one partition, both ends included."""

    first: int
    last: int

    @property
    def text(self) -> str:
        """As it stands beside the offset."""
        return f"pending {self.first}-{self.last}"

    def token(self, topic: str, partition: int) -> str:
        """The same range always has the same token."""
        return f"{topic}:{partition}:{self.first}-{self.last}"


def parse(text: str | None, offset: int) -> Pending | None:
    """The range that was pending when `offset` was committed; None where nothing was, or where the text is not ours."""
    found = _TEXT.fullmatch(text or "")
    if found is None or int(found[1]) != offset or int(found[2]) < offset:
        return None
    return Pending(int(found[1]), int(found[2]))
