"""Everything that can carry events from files into the views, behind one face: the suite asks each of them the same questions.

A runner is given a company, files, and the instant at which the clocks are closed; an outcome is what its views hold then. `Way` varies
what must not matter. A new runner is one class here and one line in `conftest.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import count, zip_longest
from pathlib import Path
from typing import Any, Protocol

from schemas.command import Command
from sinks.clickhouse import Address, Reader, connect, export
from streams.bootstrap import embedded, inputs_of
from streams.cli.run import moment
from streams.config import load
from streams.engine.backfill import EPOCH_RECORDS
from streams.folder import DataFolder

SHOWN = 3  # lines of a difference


@dataclass(frozen=True)
class Way:
    """How the work is cut up."""

    partitions: int = 4
    epoch_records: int = EPOCH_RECORDS
    tick_after_each: bool = False  # close the clocks after every path, not only at the end


@dataclass(frozen=True)
class Outcome:
    """What a run left in the views: a hash of each canonical export, the exports themselves, and an address to ask."""

    exports: dict[str, str]
    folder: Path = field(compare=False)
    address: Address = field(compare=False)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a reading query over the views."""
        with Reader(self.address) as reader:
            return list(reader.query(sql).rows)

    def accounting(self) -> dict[str, int]:
        """Where every record has gone."""
        columns = "records, touchpoints, timeline_rows, duplicates, conflicting, dead_letters, balanced"
        (row,) = self.query(f"SELECT {columns} FROM accounting")
        return dict(zip(columns.split(", "), row, strict=True))

    def difference(self, other: "Outcome") -> list[str]:
        """The first lines of each export on which two outcomes disagree."""
        return [
            f"{name}: {line}"
            for name, digest in self.exports.items()
            if digest != other.exports[name]
            for line in _differing(self.folder / f"{name}.jsonl", other.folder / f"{name}.jsonl")
        ]


def _differing(one: Path, other: Path) -> list[str]:
    with one.open(encoding="utf-8") as ours, other.open(encoding="utf-8") as theirs:
        pairs = ((a, b) for a, b in zip_longest(ours, theirs, fillvalue="") if a != b)
        return [f"{a.strip()} != {b.strip()}" for (a, b), _ in zip(pairs, range(SHOWN), strict=False)]


def outcome_of(address: Address, folder: Path) -> Outcome:
    """The exports of a database, written into `folder`."""
    client = connect(address)
    try:
        return Outcome(export(client, address.database, folder), folder, address)
    finally:
        client.disconnect()


class Runner(Protocol):
    """Files to views."""

    def run(
        self, company: Path, paths: Sequence[Path], as_of: str = "end", way: Way = Way(), commands: Sequence[Command] = ()
    ) -> Outcome: ...


class EmbeddedRunner:
    """The embedded pipeline in this process, with a database of its own on a shared server for every run."""

    def __init__(self, server: Address, folder: Path) -> None:
        self._server, self._folder = server, folder
        self._runs = count(1)

    def run(self, company: Path, paths: Sequence[Path], as_of: str = "end", way: Way = Way(), commands: Sequence[Command] = ()) -> Outcome:
        """As `redthread run` does it; the commands come when everything has been judged."""
        folder = self._folder / f"run{next(self._runs)}"
        address = replace(self._server, database=folder.name)
        loaded = load(company)
        parts = [[path] for path in paths] if way.tick_after_each else [paths]
        close = moment(as_of, loaded.company)
        cut = {"partitions": way.partitions, "epoch_records": way.epoch_records}
        with embedded(loaded, DataFolder(folder), url=address.url, **cut) as pipeline:
            for part in parts:
                pipeline.run(inputs_of(loaded.company, part)[0], close)
            if commands:
                pipeline.say(commands)
        return outcome_of(address, folder / "exports")
