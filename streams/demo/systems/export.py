"""The way from what happened to a file: numbered by the system, delayed by the network, sent again, and now and then broken.

A file holds its records in the order in which they arrived, so a late one stands after later ones. A record that is sent again is the same to
the byte. A broken one can only become a dead letter, and it is known which. An export can be cut into parts: each holds what arrived since the
one before, as a system that exports every week would give it out.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from streams.demo.happenings import Happening
from streams.demo.truth import Counts
from streams.demo.workdays import DAY, HOUR, MINUTE
from streams.demo.world import World

SENT_AGAIN = 0.113  # so that a tenth of all records has been there before
LATE, VERY_LATE = 0.06, 0.015  # by hours, by days; something is late after `ON_TIME`
ON_TIME = 15 * MINUTE  # more than any source of the company may be late

Row = tuple[int, str]  # when it arrived, the record


class System(NamedTuple):
    """How one system writes its records. `broken`: records that it got wrong, each with the reason for which it cannot be used."""

    name: str
    file: str
    render: Callable[[World, Happening, int], str]
    header: str = ""
    encoding: str = "utf-8"
    broken: Mapping[str, str] = {}
    array: bool = False  # one JSON document instead of a line per record


class Parts(NamedTuple):
    """Where exports go: one folder, or a folder per part when something is `cut` at instants."""

    folder: Path
    cuts: Sequence[int] = ()

    def names(self) -> list[Path]:
        """A folder per part, in their order."""
        return [self.folder / f"part-{number:02d}" for number in range(1, len(self.cuts) + 2)] if self.cuts else [self.folder]

    def of(self, arrived: int) -> Path:
        """The part that holds what arrived then."""
        return self.names()[bisect_left(self.cuts, arrived)]


def write(world: World, system: System, parts: Parts, outages: Iterable[tuple[int, int]], counts: Counts) -> None:
    """The export of one system; adds to the counts."""
    own = sorted((h for h in world.happenings if h.system == system.name), key=lambda h: h.at)
    rows: list[Row] = []
    for number, happening in enumerate(own, 1):
        record, arrives = system.render(world, happening, number), _arrival(world, happening, outages)
        rows.append((arrives, record))
        counts.late += arrives - happening.at > ON_TIME
        if world.rng.random() < SENT_AGAIN:
            rows.append((arrives + world.rng.randrange(5 * MINUTE, 2 * DAY), record))
    counts.touchpoints += len(rows)
    counts.duplicates += len(rows) - len(own)
    rows += _broken(world, system, counts)
    rows.sort(key=lambda row: row[0])
    counts.records += len(rows)
    for number, folder in enumerate(parts.names()):
        own_part = [record for arrives, record in rows if bisect_left(parts.cuts, arrives) == number]
        store(folder / system.file, own_part, system)


def _arrival(world: World, happening: Happening, outages: Iterable[tuple[int, int]]) -> int:
    """Mostly at once, sometimes hours or days later; what happens during an outage comes when it is over."""
    rng, at = world.rng, happening.at
    for begins, ends in outages:
        if begins < at < ends:
            return ends + rng.randrange(10 * MINUTE)
    if happening.delay is not None:
        return at + happening.delay
    chance = rng.random()
    if chance < VERY_LATE:
        return at + rng.randrange(8 * HOUR, 3 * DAY)
    return at + (rng.randrange(ON_TIME + MINUTE, 8 * HOUR) if chance < LATE else rng.randrange(45))


def _broken(world: World, system: System, counts: Counts) -> Iterable[Row]:
    """At any time of the run."""
    for record, reason in system.broken.items():
        counts.dead_letters[reason] = counts.dead_letters.get(reason, 0) + 1
        yield world.start + world.rng.randrange(world.days * DAY), record


def store(file: Path, records: list[str], system: System) -> None:
    """Write the records as this system writes files."""
    if system.array:
        text = "[\n" + ",\n".join(records) + "\n]\n"
    else:
        text = "".join(f"{record}\n" for record in ([system.header] if system.header else []) + records)
    file.write_bytes(text.encode(system.encoding))


def fields(values: Iterable[object], delimiter: str) -> str:
    """A CSV row; what holds the delimiter or a quote is quoted."""
    return delimiter.join(_quoted(str(value), delimiter) for value in values)


def _quoted(text: str, delimiter: str) -> str:
    return '"' + text.replace('"', '""') + '"' if delimiter in text or '"' in text else text
