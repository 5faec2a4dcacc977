"""Files through the embedded engine: read in epochs, resumable, and judged once everything is in.

A file source is complete when it ends. Until then no department's clock moves, so nothing is called missing that stands in a later
line or a later file; when the last file has ended, the clocks are closed at `as_of` and every family is judged. Files may be given in
any order, in pieces, or again: what has been read to its end and has not changed since is passed over.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct, field

from schemas.clock import Clock
from schemas.codec import decoder, encode
from schemas.command import COMMANDS
from schemas.dead_letter import DeadLetter
from schemas.identity import Arrived
from schemas.plain import Published
from schemas.source import Source
from schemas.touchpoint import NEVER
from streams.core.brake import FINE, Watch
from streams.engine import collector
from streams.engine.embedded import EmbeddedEngine
from streams.engine.store import StateStore
from streams.sources.readers import read
from streams.sources.record import Record
from streams.stages.ingest import Ingest
from streams.stages.step import Send

EPOCH_RECORDS = 20_000  # input records per epoch: ClickHouse takes a block of 20,000 rows at half the cost per row of 5,000
LOOK_EVERY = 16  # epochs; by then most of what an epoch made is gone, and does not have to be looked at
START = 1  # `logged` counts records from here


class FileProgress(Struct, array_like=True):
    """How far a file has been read. `size` and `modified` (nanoseconds) tell whether it is still the same file."""

    records: int = 0
    done: bool = False
    size: int = 0
    modified: int = 0
    name: str = ""  # what its records are called by; no other file of this progress has it


class Progress(Struct, array_like=True):
    """The position of the input; saved in the same batch as the states."""

    epoch: int = 0
    logged: int = START
    newest: int = 0  # latest event time so far, microseconds; what people say does not make it later
    records: int = 0
    touchpoints: int = 0
    dead_letters: int = 0
    files: dict[str, FileProgress] = field(default_factory=dict)
    closed: int = 0  # at which instant the clocks were closed last, microseconds


class Input(NamedTuple):
    """A file, and the source whose records it holds; `name` is what it is called by, unless another file is. Left out: its own name."""

    source: Source
    path: Path
    name: str = ""


class Backfill:
    """Reads inputs into an engine; `report` hears of every epoch."""

    def __init__(
        self,
        engine: EmbeddedEngine,
        ingest: Ingest,
        store: StateStore,
        *,
        version: str,
        longest: int,
        received_at: int,
        report: Callable[[Progress, Input | None], None] = lambda _progress, _input: None,
        epoch_records: int = EPOCH_RECORDS,
        watch: Watch | None = None,
    ) -> None:
        """`watch` stops the run with `BrakePulled` before an epoch with too many dead letters is committed."""
        self._watch = watch
        self._engine, self._ingest, self._version, self._received_at = engine, ingest, version, received_at
        self._longest, self._report, self._epoch_records = longest, report, epoch_records
        saved = store.get("progress", "progress")
        self.progress: Progress = Progress() if saved is None else decoder(Progress).decode(saved)
        self._names = {file.name for file in self.progress.files.values()}

    def run(self, inputs: Sequence[Input], as_of: int | None) -> Progress:
        """Read what is new in `inputs`, then close every clock at `as_of` (None: at the newest event) and judge."""
        with collector.kept_away():
            for given in inputs:
                self._read(given)
            self.close(self.progress.newest if as_of is None else as_of)
        return self.progress

    def hear(self, given: Input) -> Progress:
        """Read what people have said since, and judge whom it is about. Time stays where it is: a command is no news of a customer."""
        with collector.kept_away():
            self._read(given)
            self.close(max(self.progress.closed, self.progress.newest))
        return self.progress

    def close(self, now: int) -> None:
        """Let time pass up to `now` in every department, and judge whoever waits for it."""
        self.progress.closed = max(self.progress.closed, now)
        self._engine.tick(Clock(now, live_since=NEVER), commit=lambda: self._commit(f"judged:{now}", None))
        self._commit(f"judged:{now}", None)
        self._engine.flush()

    def _read(self, given: Input) -> None:
        path, stat = given.path.resolve(), given.path.stat()
        file = self.progress.files.get(str(path)) or FileProgress(name=self._free_name(path, given.name))
        if (file.size, file.modified) != (stat.st_size, stat.st_mtime_ns):
            file = FileProgress(size=stat.st_size, modified=stat.st_mtime_ns, name=file.name)
        self.progress.files[str(path)] = file
        if file.done:
            return
        found = read(given.path, given.source, longest=self._longest, start=file.records, name=file.name, received_at=self._received_at)
        for records in _epochs(found, self._epoch_records):
            self._epoch(given, records)
            first, file.records = file.records, file.records + len(records)
            self._commit(f"{given.path.name}:{first}-{file.records}", given)
        file.done = True

    def _free_name(self, path: Path, name: str) -> str:
        """Two files of one name would have records of one origin, and count as one; the second is called by its folder too."""
        ends = (Path(*path.parts[-length:]).as_posix() for length in range(1, len(path.parts)))
        free = next((end for end in (name, *ends) if end and end not in self._names), str(path))
        self._names.add(free)
        return free

    def _epoch(self, given: Input, records: Iterable[Record | DeadLetter]) -> None:
        progress = self.progress
        for record in records:
            outputs = (
                (record,) if isinstance(record, DeadLetter) else self._ingest.ingest(given.source, record._replace(logged=progress.logged))
            )
            progress.logged += 1
            progress.records += 1
            if self._watch is not None:
                self._watch.hear(given.source.source, (outcome(outputs),))
            self._count(outputs)
            self._engine.accept(outputs)
        self._engine.settle()

    def _count(self, outputs: Iterable[Send | Published]) -> None:
        progress = self.progress
        for output in outputs:
            if isinstance(output, DeadLetter):
                progress.dead_letters += 1
            elif isinstance(output, Send) and isinstance(output.message, Arrived):
                progress.touchpoints += 1
                if output.message.touchpoint.source != COMMANDS:
                    progress.newest = max(progress.newest, output.message.touchpoint.at)

    def _commit(self, position: str, given: Input | None) -> None:
        self.progress.epoch += 1
        self._engine.commit(f"{self._version}:{self.progress.epoch}:{position}", encode(self.progress))
        if self.progress.epoch % LOOK_EVERY == 0:
            collector.look()
        self._report(self.progress, given)


def outcome(outputs: Sequence[Send | Published]) -> str:
    """What a record came to, as the brake hears it."""
    first = outputs[0] if outputs else None
    return first.reason if isinstance(first, DeadLetter) else FINE


def _epochs(records: Iterator[Record | DeadLetter], size: int) -> Iterator[list[Record | DeadLetter]]:
    while epoch := list(islice(records, size)):
        yield epoch
