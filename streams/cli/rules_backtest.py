"""`redthread rules backtest`: what rules would have said over a history, before they go live."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from schemas.strict import InvalidConfiguration
from streams.backtest import timeline
from streams.backtest.files import over_files
from streams.backtest.trial import alone, tallies_of, trial_of, tried
from streams.bootstrap import inputs_of
from streams.cli import times
from streams.cli.backtest_report import Outcome, counting, document, show
from streams.cli.opened import Opened, opened
from streams.cli.options import COMPANY_FILE, DATA_FOLDER, Company, Data, Json, Server, examples
from streams.cli.output import print_json
from streams.cli.run import name_unmatched, progress
from streams.config import Loaded, load
from streams.core.backtest import counted
from streams.core.calendar import instant
from streams.folder import DataFolder
from streams.settings import Settings

EPILOG = examples(
    "redthread rules backtest silence",
    "redthread rules backtest silence unresolved --from 90d --company redthread.yaml",
    "redthread rules backtest my_rule --from 2026-01-01 --to 2026-04-01 --clickhouse clickhouse://reader@warehouse:9000/redthread",
    "redthread rules backtest ping_pong --company deploy/examples/bpic2013 --files bpic2013_incidents.xes.gz --json",
)
From = Annotated[
    str | None,
    typer.Option("--from", metavar="TIME", help="Alerts that begin then or later: 2026-03-01, or 90d back from the end; left out: all."),
]
To = Annotated[
    str | None,
    typer.Option("--to", metavar="TIME", help="Judge as of then, knowing nothing later; left out: the newest event."),
]
Files = Annotated[
    list[Path] | None,
    typer.Option(
        "--files", "-f", metavar="PATH", help="Files or folders instead of the timeline in ClickHouse; give it as often as needed."
    ),
]

Period = tuple[str | None, str | None]  # as people wrote it: from, to


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("backtest", epilog=EPILOG)(backtest)


def backtest(
    rules: Annotated[list[str], typer.Argument(metavar="RULE…", help="Names of rules, also of such as are switched off.")],
    since: From = None,
    to: To = None,
    data: Data = DATA_FOLDER,
    clickhouse: Server = None,
    files: Files = None,
    company: Company = None,
    json: Json = False,
) -> None:
    """What rules would have said over the history: alerts a week, customers hit, samples, overlap with other rules.

    The same evaluator as live, so the same alerts with the same ids; what began before the period is known. Exit code 1 when a rule
    raises more alerts than its `budget` per 1,000 active customers and month; whole months compare best.
    """
    rules, period = list(dict.fromkeys(rules)), (since, to)
    if files:
        outcome = from_files(load(COMPANY_FILE if company is None else company), rules, files, period, DataFolder(data))
    else:
        with opened(data, clickhouse, company) as look:
            outcome = from_timeline(look, rules, period)
    if json:
        print_json(document(outcome))
    else:
        show(outcome)
    if not all(verdict.within_budget for verdict in outcome.verdicts):
        raise typer.Exit(1)


def from_timeline(look: Opened, rules: Sequence[str], period: Period) -> Outcome:
    """Over the timeline that was opened."""
    company = alone(tried(look.loaded.company, rules), rules)
    since, now = _period(period, look.zone, look.newest())
    if now is None:
        raise InvalidConfiguration(["rules backtest: there is no touchpoint on the timeline"])
    trial, tallies = trial_of(company, instant(now)), tallies_of(company, rules, instant(since))
    what = timeline.extent(look.reader, trial, company.matter, now)
    touchpoints = 0
    with counting("judging", timeline.size(look.reader, what)) as advance:
        for read, alerts in timeline.judged(look.reader, trial, what):
            counted(tallies, alerts)
            touchpoints += read
            advance(read)
    for other in timeline.others(look.reader, company.rules):
        for tally in tallies:
            tally.beside(*other)
    active = timeline.activity(look.reader, since, now)
    return Outcome([tally.verdict(active) for tally in tallies], company, touchpoints, _told(since), instant(now))


def from_files(loaded: Loaded, rules: Sequence[str], paths: Sequence[Path], period: Period, folder: DataFolder) -> Outcome:
    """Over files; identifiers are hashed as in the data folder, where there is one."""
    company = tried(loaded.company, rules)
    inputs, unmatched = inputs_of(company, paths)
    name_unmatched(unmatched)
    if not inputs:
        raise InvalidConfiguration([f"{path}: matches the files of no source in {loaded.path}" for path in paths])
    since, now = _period(period, ZoneInfo(company.timezone), None)
    with progress(inputs) as report:
        found = over_files(company, inputs, _secret(folder), instant(since), None if now is None else instant(now), report)
    tallies = tallies_of(company, rules, instant(since))
    counted(tallies, found.alerts)
    return Outcome([tally.verdict(found.activity) for tally in tallies], company, found.touchpoints, _told(since), found.now)


def _secret(folder: DataFolder) -> bytes:
    """Looking makes none; without it customers and personal identifiers have other ids than live."""
    settings = Settings()
    known = settings.identifier_secret() is not None or (folder.path / "secret").is_file()
    return folder.secret(settings) if known else b""


def _told(since: datetime) -> int | None:
    return None if since == times.BEGINNING else instant(since)


def _period(period: Period, zone: ZoneInfo, newest: datetime | None) -> tuple[datetime, datetime | None]:
    """From when on and up to when; None: up to the newest event, which is not known yet."""
    first, last = period
    now = newest if last is None else times.since(last, zone, newest, "--to")
    since = times.since(first, zone, now, "--from")
    if now is not None and since > now:
        raise typer.BadParameter(f"the period ends ({now.astimezone(UTC):%Y-%m-%d %H:%M} UTC) before it begins", param_hint="--from")
    return since, now
