"""The composition root: the one place where constructors are called and a pipeline is put together."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from os import SEEK_END, fsync
from pathlib import Path
from typing import BinaryIO, NamedTuple

from schemas.command import Command, commands_source
from schemas.company import Company
from schemas.strict import InvalidConfiguration
from sinks.clickhouse import Address, ClickHouseSink, EmbeddedServer, Reader, Retry, Target, connect, migrate, parse, refresh_rollups
from streams.across.evaluate import Evaluator, Verdict
from streams.across.schedule import Schedule
from streams.config import Loaded, alerts_of, contacts_of, journeys_of
from streams.core.brake import Watch
from streams.core.calendar import US, duration
from streams.core.identity import IdentityRules
from streams.core.rules.court import Court
from streams.engine.backfill import EPOCH_RECORDS, Backfill, Input, Progress
from streams.engine.embedded import EmbeddedEngine
from streams.engine.store import RocksStore
from streams.folder import DataFolder
from streams.settings import Settings
from streams.sources.readers import source_of
from streams.stages.customer import CustomerStage
from streams.stages.ingest import Ingest

FOLLOW_EVERY = 1.0  # seconds between two looks at the files, and between two ticks
PARTITIONS = 4  # logical; results do not depend on it, a folder keeps the number that it was made with


@dataclass(frozen=True)
class Pipeline:
    """An embedded pipeline that is ready to read files."""

    backfill: Backfill
    sink: ClickHouseSink
    address: Address
    commands: Input  # the file of what people said to these data
    company: Company
    on_verdict: Callable[[Verdict], None] = lambda _verdict: None

    def run(self, inputs: Sequence[Input], as_of: int | None) -> Progress:
        """Read, judge, let the views see it, and judge across customers what they show then."""
        progress = self.backfill.run([*inputs, *self._said()], as_of)
        self._show()
        if progress.records:
            self._look_across(self.company.across, progress.clock.now, historical=True)
        return progress

    def follow(self, find: Callable[[], Sequence[Input]], stopped: Callable[[float], bool], now: Callable[[], int]) -> Progress:
        """Read what `find` has found twice without a change, and judge by the clock on the wall, until stopped."""
        backfill = self.backfill
        seen: dict[Path, tuple[int, int]] = {}
        schedule = Schedule(self.company.across)
        while not stopped(FOLLOW_EVERY):
            inputs = [*find(), *self._said()]
            as_they_are = {given.path: state for given in inputs if (state := _state_of(given.path))}
            if backfill.follow(
                [given for given in inputs if given.path in seen and seen[given.path] == as_they_are.get(given.path)], now()
            ):
                self._show()
            seen = as_they_are
            at = now()
            due = schedule.due(at)
            self._look_across(due, at, historical=False)
            schedule.asked(due, at)
        self._show()
        return backfill.progress

    def _said(self) -> list[Input]:
        """What people said while nobody listened."""
        return [self.commands] if self.commands.path.is_file() else []

    def _show(self) -> None:
        """Let the views see it."""
        self.sink.refresh()
        self.sink.insist(self._refresh_rollups)

    def _refresh_rollups(self) -> None:
        client = connect(self.address)
        try:
            refresh_rollups(client, self.address.database)
        finally:
            client.disconnect()

    def say(self, commands: Iterable[Command]) -> Progress:
        """Write down what a person says, hear it, and let the views see it."""
        write_down(self.commands.path, commands)
        progress = self.backfill.hear(self.commands)
        self.sink.refresh()
        return progress

    def _look_across(self, rules: Iterable[str], now: int, *, historical: bool) -> None:
        names = list(rules)
        if names:
            self.sink.insist(lambda: self._ask(names, now, historical=historical))

    def _ask(self, names: Sequence[str], now: int, *, historical: bool) -> None:
        with Reader(self.address) as reader:
            for verdict in Evaluator(self.company, reader, self.sink.write).evaluate(now, names, historical=historical):
                self.on_verdict(verdict)


def _state_of(path: Path) -> tuple[int, int] | None:
    """A file that is still being written has another one a moment later; one that was taken away has none."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_size, stat.st_mtime_ns


def write_down(path: Path, commands: Iterable[Command]) -> None:
    """Append commands to the file of what people said; after a line that a kill cut off they begin a new one."""
    with path.open("a+b") as file:
        if file.tell() and not _ends_a_line(file):
            file.write(b"\n")
        file.writelines(command.event() + b"\n" for command in commands)
        file.flush()
        fsync(file.fileno())


def _ends_a_line(file: BinaryIO) -> bool:
    file.seek(-1, SEEK_END)
    return file.read(1) == b"\n"


def customer_stage(company: Company, court: Court) -> CustomerStage:
    """The stage `customer` of this company."""
    return CustomerStage(IdentityRules.of(company), court, alerts_of(company), journeys_of(company), contacts_of(company, court))


class Server(NamedTuple):
    """A ClickHouse that is up; `ensure` starts it again should it have died, where it is ours."""

    address: Address
    ensure: Callable[[], object]


@contextmanager
def clickhouse(folder: DataFolder, url: str | None, settings: Settings) -> Iterator[Server]:
    """The server that `url` names, else the folder's own; its schema is brought up to date."""
    with ExitStack() as stack:
        own = EmbeddedServer(folder.clickhouse)
        address = stack.enter_context(own) if url is None else parse(url, password=settings.password())
        client = connect(address)
        target = Target(
            database=address.database, user=address.user, password=address.password, partition="year" if url is None else "month"
        )
        try:
            migrate(client, target=target)
        finally:
            client.disconnect()
        yield Server(address, own.ensure if url is None else lambda: None)


@contextmanager
def embedded(
    loaded: Loaded,
    folder: DataFolder,
    *,
    url: str | None = None,
    report: Callable[[Progress, Input | None], None] = lambda _progress, _input: None,
    on_retry: Callable[[Retry], None] = lambda _retry: None,
    partitions: int = PARTITIONS,
    epoch_records: int = EPOCH_RECORDS,
    on_verdict: Callable[[Verdict], None] = lambda _verdict: None,
    brake: bool = True,
) -> Iterator[Pipeline]:
    """A pipeline with its state in `folder`; leaving the context saves what was acknowledged and stops what was started."""
    company, settings = loaded.company, Settings()
    partitions = folder.create(loaded.path, partitions)
    with ExitStack() as stack:
        address, ensure = stack.enter_context(clickhouse(folder, url, settings))

        def waiting(retry: Retry) -> None:
            on_retry(retry)
            ensure()

        sink = ClickHouseSink(address, on_retry=waiting)
        stack.callback(sink.close)
        store = stack.enter_context(RocksStore(folder.state))
        stage = customer_stage(company, loaded.court)
        engine = EmbeddedEngine(IdentityRules.of(company), stage, store, sink, partitions)
        stack.callback(engine.close)
        backfill = Backfill(
            engine,
            Ingest(company, folder.secret(settings)).ingest,
            store,
            version=version_of(company),
            longest=company.max_record,
            received_at=int(datetime.now(UTC).timestamp() * US),
            lateness=max((duration(source.lateness) for source in company.sources), default=0),
            report=report,
            epoch_records=epoch_records,
            watch=Watch(company.brake) if brake else None,
        )
        yield Pipeline(backfill, sink, address, Input(commands_source(), folder.commands), company, on_verdict)


def version_of(company: Company) -> str:
    """Changes whenever the company's file or pack does: part of every batch token, so that no batch is taken for an older one."""
    return blake2b(company.model_dump_json().encode(), digest_size=6).hexdigest()


def inputs_of(company: Company, paths: Sequence[Path]) -> tuple[list[Input], list[Path]]:
    """Files and folders matched to sources in the order of their names; the second list holds files that no source describes.

    A file of a folder is called by its path in there.
    """
    found: list[Input] = []
    unmatched: list[Path] = []
    for path in paths:
        if not path.exists():
            raise InvalidConfiguration([f"{path}: there is no such file or folder"])
        for file in sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]:
            source = source_of(file, company.sources)
            if source is None:
                unmatched.append(file)
            else:
                found.append(Input(source, file, file.relative_to(path).as_posix() if path.is_dir() else file.name))
    return found, unmatched
