"""The way from what happened to a file: numbered by the system, delayed by the network, sent again, and now and then broken.

A file holds its records in the order in which they arrived, so a late one stands after later ones. A record that is sent again is the same to
the byte. A broken one can only become a dead letter, and it is known which.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from streams.demo.happenings import Happening
from streams.demo.truth import Counts
from streams.demo.workdays import DAY, HOUR, MINUTE
from streams.demo.world import World

SENT_AGAIN = 0.008
LATE, VERY_LATE = 0.08, 0.02  # by hours, by days

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


def write(world: World, system: System, folder: Path, outages: Iterable[tuple[int, int]], counts: Counts) -> None:
    """The export of one system; adds to the counts."""
    own = sorted((h for h in world.happenings if h.system == system.name), key=lambda h: h.at)
    rows: list[Row] = []
    for number, happening in enumerate(own, 1):
        record, arrives = system.render(world, happening, number), _arrival(world, happening.at, outages)
        rows.append((arrives, record))
        if world.rng.random() < SENT_AGAIN:
            rows.append((arrives + world.rng.randrange(5 * MINUTE, 2 * DAY), record))
    counts.touchpoints += len(rows)
    counts.duplicates += len(rows) - len(own)
    rows += _broken(world, system, counts)
    rows.sort(key=lambda row: row[0])
    counts.records += len(rows)
    store(folder / system.file, [record for _, record in rows], system)


def _arrival(world: World, at: int, outages: Iterable[tuple[int, int]]) -> int:
    """Mostly at once, sometimes hours or days later; what happens during an outage comes when it is over."""
    rng = world.rng
    for begins, ends in outages:
        if begins < at < ends:
            return ends + rng.randrange(10 * MINUTE)
    chance = rng.random()
    if chance < VERY_LATE:
        return at + rng.randrange(8 * HOUR, 3 * DAY)
    return at + (rng.randrange(10 * MINUTE, 8 * HOUR) if chance < LATE else rng.randrange(45))


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
