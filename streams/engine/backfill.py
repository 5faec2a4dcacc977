"""Files through the embedded engine: read in epochs, resumable, and judged once everything is in.

A file source is complete when it ends. Until then no department's clock moves, so nothing is called missing that stands in a later
line or a later file; when the last file has ended, the clocks are closed at `as_of` and every family is judged. Files may be given in
any order, in pieces, or again: what has been read to its end and has not changed since is passed over.

Read so, alerts are history. `follow` is live: what it finds in the same files is judged by the clock on the wall, and what broke after
the clocks were closed last is no history.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct, field

from schemas.clock import Clock
from schemas.codec import decoder, encode
from schemas.command import COMMANDS, WALL
from schemas.dead_letter import DeadLetter
from schemas.identity import Arrived
from schemas.plain import Published
from schemas.source import Source
from schemas.touchpoint import CANARY_PREFIX, NEVER
from streams.core.brake import FINE, Watch
from streams.core.calendar import duration
from streams.engine import collector
from streams.engine.embedded import EmbeddedEngine
from streams.engine.store import StateStore
from streams.engine.watermarks import complete_up_to
from streams.sources.readers import read
from streams.sources.record import Record
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
    clock: Clock = Clock(0)  # of the last judgement; it never goes back


class Input(NamedTuple):
    """A file, and the source whose records it holds; `name` is what it is called by, unless another file is. Left out: its own name."""

    source: Source
    path: Path
    name: str = ""


class Heard(NamedTuple):
    """A source, and when the newest of its files was written."""

    source: Source
    at: int


def live_clock(heard: Iterable[Heard], now: int, before: Clock) -> Clock:
    """As far as the sources have reported on the wall; never back behind the clock of before."""
    now = max(now, before.now)
    departments: dict[str, int] = {}
    for source, at in heard:
        complete = complete_up_to(now, at, lateness=duration(source.lateness), quiet=duration(source.quiet))
        for department in source.departments:
            departments[department] = min(complete, departments.get(department, complete))
    return Clock(now, {name: max(at, before.of((name,))) for name, at in departments.items()}, before.live_since)


class Backfill:
    """Reads inputs into an engine; `report` hears of every epoch. `lateness` is that of the source that may be latest, microseconds."""

    def __init__(
        self,
        engine: EmbeddedEngine,
        ingest: Callable[[Source, Record], Sequence[Send | DeadLetter]],
        store: StateStore,
        *,
        version: str,
        longest: int,
        received_at: int,
        lateness: int = 0,
        report: Callable[[Progress, Input | None], None] = lambda _progress, _input: None,
        epoch_records: int = EPOCH_RECORDS,
        watch: Watch | None = None,
    ) -> None:
        """`watch` stops the run with `BrakePulled` before an epoch with too many dead letters is committed."""
        self._watch = watch
        self._engine, self._ingest, self._version, self._received_at = engine, ingest, version, received_at
        self._longest, self._lateness, self._report, self._epoch_records = longest, lateness, report, epoch_records
        saved = store.get("progress", "progress")
        self.progress: Progress = Progress() if saved is None else decoder(Progress).decode(saved)
        self._names = {file.name for file in self.progress.files.values()}
        self._arrived: dict[str, Heard] = {}

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
            self._judge(self.progress.clock)
        return self.progress

    def follow(self, inputs: Sequence[Input], now: int) -> bool:
        """Read what is new in `inputs`, and let time pass up to `now`; was there anything?"""
        before, self._received_at = self.progress.records, now
        for given in inputs:
            self._read(given)
        self._judge(live_clock(self._arrived.values(), now, self.progress.clock))
        return self.progress.records > before

    def close(self, now: int) -> None:
        """Let time pass up to `now` in every department, and judge whoever waits for it; all of that is history then."""
        now = max(now, self.progress.clock.now)
        self._judge(Clock(now, live_since=NEVER), Clock(now, live_since=now - self._lateness))

    def _judge(self, clock: Clock, after: Clock | None = None) -> None:
        self._engine.tick(clock, commit=lambda: self._commit(f"judged:{clock.now}", None))
        self.progress.clock = after or clock
        self._commit(f"judged:{clock.now}", None)
        self._engine.flush()

    def _read(self, given: Input) -> None:
        path, stat = given.path.resolve(), given.path.stat()
        # What does not come from the system must not make a silent source look alive.
        if CANARY_PREFIX not in path.name and given.source.department != WALL:
            self._hear(given.source, stat.st_mtime_ns // 1000)
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

    def _hear(self, source: Source, at: int) -> None:
        before = self._arrived.get(source.source)
        self._arrived[source.source] = Heard(source, at if before is None else max(at, before.at))

    def _free_name(self, path: Path, name: str) -> str:
        """Two files of one name would have records of one origin, and count as one; the second is called by its folder too."""
        ends = (Path(*path.parts[-length:]).as_posix() for length in range(1, len(path.parts)))
        free = next((end for end in (name, *ends) if end and end not in self._names), str(path))
        self._names.add(free)
        return free

    def _epoch(self, given: Input, records: Iterable[Record | DeadLetter]) -> None:
        progress = self.progress
        for record in records:
            outputs = (record,) if isinstance(record, DeadLetter) else self._ingest(given.source, record._replace(logged=progress.logged))
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
