"""`redthread run`: files through the embedded pipeline, with progress while it works and a summary at its end."""

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from schemas.company import Company
from schemas.strict import InvalidConfiguration
from sinks.clickhouse import Address, Reader, Retry, ServerError
from sinks.clickhouse.errors import GONE, sentence
from streams.across.evaluate import Verdict
from streams.bootstrap import Pipeline, embedded, inputs_of
from streams.cli.options import DATA_FOLDER, CompanyFile, Json, Server, examples
from streams.cli.output import Format, complain, err, out, print_json, print_rows
from streams.config import Loaded, load
from streams.core.brake import BrakePulled
from streams.core.calendar import instant
from streams.core.calendar import moment as as_utc
from streams.engine.backfill import Input
from streams.engine.backfill import Progress as Position
from streams.folder import DataFolder

ACCOUNTING = "SELECT records, timeline_rows, duplicates, dead_letters FROM accounting"
ALERTS = """
SELECT rule, countIf(status = 'open') AS open, countIf(status = 'resolved') AS resolved, countIf(status = 'withdrawn') AS withdrawn,
       uniqExactIf(customer_id, status != 'withdrawn') AS customers, sumIf(occurrences, status != 'withdrawn') AS occurrences
FROM alerts GROUP BY rule ORDER BY customers DESC, rule
"""
COUNTS = """
SELECT (SELECT count() FROM customers) AS customers, (SELECT count() FROM journeys) AS journeys,
       (SELECT countIf(status != 'withdrawn') FROM alerts) AS alerts
"""
UNTOUCHED = 3  # files without a source that are named one by one

Find = Callable[[], Sequence[Input]]
NoBrake = Annotated[
    bool, typer.Option("--no-brake", help="Go on however many records of a source become dead letters (`brake` in the company's file).")
]
Paths = Annotated[
    list[Path], typer.Argument(metavar="PATH...", help="Files and folders; each file goes to the source whose `files` it matches.")
]
AsOf = Annotated[
    str,
    typer.Option(
        "--as-of",
        metavar="TIME",
        help="Close the clocks then: end (the newest event), now, or a time such as 2026-04-05T12:00; never before that of an earlier run.",
    ),
]
DataFolderOption = Annotated[
    Path, typer.Option("--data", "-d", metavar="DIR", help="Folder for state and tables; the same command goes on where it ended.")
]


def register(app: typer.Typer) -> None:
    app.command(
        "run",
        epilog=examples(
            "redthread run exports/",
            "redthread run --company shop/redthread.yaml --data /srv/redthread orders.csv.gz tickets.jsonl",
            "redthread run --as-of 2026-04-05 --json exports/",
            "redthread run --follow exports/",
        ),
    )(run)


def run(
    paths: Paths,
    company: CompanyFile = Path("redthread.yaml"),
    data: DataFolderOption = DATA_FOLDER,
    as_of: AsOf = "end",
    server: Server = None,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with new and changed files until Ctrl-C; from then on alerts are live.")
    ] = False,
    json: Json = False,
    no_brake: NoBrake = False,
) -> None:
    """Read files into one customer timeline, judge every journey, and say what broke.

    Safe to repeat: what is in is in once, and a run that was stopped (also by kill -9) goes on where it ended. Alerts of a run are history
    (`historical`). With --follow they are so up to the end of the first run into the folder; what breaks after that is live, and deadlines
    that were open then pass on the wall clock; --as-of is about that first run. Exit code 1: too many records became dead letters, and what
    was read since the last commit is read again next time. Exit code 2, and nothing is read: --as-of is before that of an earlier run into
    the folder, whose alerts would have to be taken back.
    """
    loaded = load(company)
    inputs, unmatched = inputs_of(loaded.company, paths)
    name_unmatched(unmatched)
    if not inputs and not follow:
        raise InvalidConfiguration([f"{path}: matches the files of no source in {loaded.path}" for path in paths])
    find = (lambda: inputs_of(loaded.company, paths)[0]) if follow else None
    try:
        summary = run_inputs(loaded, DataFolder(data), inputs, moment(as_of, loaded.company), server, find=find, brake=not no_brake)
    except BrakePulled as brake:
        complain(str(brake))
        raise typer.Exit(1) from None
    print_json(summary) if json else show(summary)


def run_inputs(
    loaded: Loaded,
    folder: DataFolder,
    inputs: Sequence[Input],
    as_of: int | None,
    server: str | None = None,
    *,
    find: Find | None = None,
    brake: bool = True,
) -> dict[str, Any]:
    """Run, with progress on stderr, and return what was found. With `find` go on with what that finds, until Ctrl-C or SIGTERM."""
    started = time.monotonic()
    try:
        with progress(inputs) as report, _pipeline(loaded, folder, server, report, brake) as pipeline:
            before = pipeline.backfill.progress.records
            position = pipeline.backfill.progress
            if find is None:
                _refuse_to_go_back(as_of, position.clock.now, folder, loaded.company)
            if find is None or not position.clock.now:
                position = pipeline.run(inputs, as_of)
            if find is not None:
                position = pipeline.follow(find, _until_told(), lambda: instant(datetime.now(UTC)))
            return _summary(pipeline, position.records - before, time.monotonic() - started)
    except (ServerError, *GONE) as error:
        raise ConnectionError(sentence(error)) from error


def _refuse_to_go_back(as_of: int | None, judged: int, folder: DataFolder, company: Company) -> None:
    """What has been judged as of an instant is not judged as of an earlier one; without --as-of it stays at that instant."""
    if as_of is not None and as_of < judged:
        asked, done = (as_utc(at).astimezone(ZoneInfo(company.timezone)).isoformat() for at in (as_of, judged))
        raise InvalidConfiguration(
            [
                f"--as-of: {asked} is before {done}, as of which {folder.path} has been judged; name no earlier time, or another folder (--data)"
            ]
        )


def _until_told() -> Callable[[float], bool]:
    """Waits so many seconds: has Ctrl-C or SIGTERM come?"""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    err.print("following; Ctrl-C ends it")
    return stop.wait


def moment(text: str, company: Company) -> int | None:
    """When the clocks are closed, in microseconds; None is the newest event."""
    if text == "end":
        return None
    if text == "now":
        return instant(datetime.now(UTC))
    try:
        return instant(text, company.timezone)
    except ValueError:
        raise InvalidConfiguration([f"--as-of: {text!r} is neither end, now nor a time such as 2026-04-05T12:00"]) from None


def name_unmatched(files: Sequence[Path]) -> None:
    """Say which files were left alone."""
    for file in files[:UNTOUCHED]:
        err.print(f"left alone: {file} (no source has files: that match it)", style="yellow", markup=False)
    if len(files) > UNTOUCHED:
        err.print(f"left alone: {len(files) - UNTOUCHED} more files that match no source", style="yellow")


@contextmanager
def progress(inputs: Sequence[Input]) -> Iterator[Callable[[Position, Input | None], None]]:
    """A line per run: file, records, rate, share of the files, time left."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TextColumn("{task.fields[records]:,} records  {task.fields[rate]:,.0f}/s"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    sizes = [given.path.stat().st_size for given in inputs]
    places = {str(given.path.resolve()): place for place, given in enumerate(inputs)}
    started, first = time.monotonic(), -1
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:  # else it leaves an empty line in a log
        task = bar.add_task("opening", total=max(sum(sizes), 1), records=0, rate=0.0)

        def report(position: Position, given: Input | None) -> None:
            nonlocal first
            first = position.records if first < 0 else first
            done = sum(sizes[place] for name, place in places.items() if name in position.files and position.files[name].done)
            bar.update(
                task,
                completed=done,
                description=given.path.name if given else "judging",
                records=position.records,
                rate=(position.records - first) / max(time.monotonic() - started, 1e-9),
            )

        yield report


def _pipeline(
    loaded: Loaded, folder: DataFolder, server: str | None, report: Callable[[Position, Input | None], None], brake: bool
) -> AbstractContextManager[Pipeline]:
    return embedded(loaded, folder, url=server, report=report, on_retry=_waiting, on_verdict=_unasked, brake=brake)


def _unasked(verdict: Verdict) -> None:
    if verdict.problem:
        err.print(f"not asked: {verdict.rule}: {verdict.problem}", style="yellow", markup=False)


def _waiting(retry: Retry) -> None:
    err.print(
        f"ClickHouse does not take the batch (try {retry.attempt}, next in {retry.wait:.1f} s): {retry.error}", style="yellow", markup=False
    )


def _summary(pipeline: Pipeline, records: int, seconds: float) -> dict[str, Any]:
    address: Address = pipeline.address
    with Reader(address) as reader:
        totals, counts = _rows(reader, ACCOUNTING)[0], _rows(reader, COUNTS)[0]
        rules = _rows(reader, ALERTS)
    rate = records / seconds if seconds else 0.0
    return {"read": records, "seconds": round(seconds, 1), "records_per_second": round(rate), **totals, **counts, "rules": rules}


def _rows(reader: Reader, sql: str) -> list[dict[str, Any]]:
    answer = reader.query(sql)
    return [dict(zip((column.name for column in answer.columns), row, strict=True)) for row in answer.rows]


def show(summary: dict[str, Any]) -> None:
    """The summary for people."""
    out.print(
        f"read {summary['read']:,} records in {summary['seconds']:,} s ({summary['records_per_second']:,}/s): "
        f"{summary['timeline_rows']:,} touchpoints on the timeline, {summary['duplicates']:,} duplicates, {summary['dead_letters']:,} dead letters"
    )
    out.print(f"{summary['customers']:,} customers, {summary['journeys']:,} journeys, {summary['alerts']:,} alerts")
    if summary["dead_letters"]:
        out.print("what is wrong with the dead letters: redthread dead-letters list")
    if summary["rules"]:
        out.print()
        columns = tuple(summary["rules"][0])
        print_rows(columns, [tuple(rule.values()) for rule in summary["rules"]], Format.table)
