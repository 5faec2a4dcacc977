"""What `redthread doctor` says about what came in: unknown types, sources that never reported, files that nobody reads, dead letters."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from schemas.company import Company
from schemas.nearest import nearest
from schemas.strict import InvalidConfiguration
from schemas.vocabulary import VOCABULARY
from streams.cli.diagnosis import Check
from streams.cli.opened import Opened, opened
from streams.config import load
from streams.folder import DataFolder
from streams.sources.readers import source_of

DEAD_RATIO = 0.01  # more dead letters than one in a hundred records are a mapping fault rather than bad luck
NAMED = 10  # unknown types and files that are named; more would bury the other lines

COUNTS = "SELECT (SELECT count() FROM timeline), (SELECT count() FROM customers), (SELECT count() FROM alerts WHERE status != 'withdrawn')"
TYPES = "SELECT type, count() FROM timeline GROUP BY type ORDER BY 2 DESC, 1"
SOURCES = "SELECT source, events, dead_letters, last_at FROM sources"
REASONS = "SELECT reason, count() FROM dead_letters GROUP BY reason ORDER BY 2 DESC, 1"
RECORDS = "SELECT records, dead_letters, balanced, touchpoints, timeline_rows, duplicates FROM accounting"


def data_checks(folder: DataFolder, server: str | None, path: Path, files: Sequence[Path]) -> Iterator[Check]:
    """What came in, against what the company file expects; nothing when that file cannot be read."""
    try:
        company = load(path).company
    except InvalidConfiguration:
        return
    if files:
        yield _files(company, files)
    if server is None and not folder.exists:
        return
    try:
        with opened(folder.path, server, path) as look:
            touchpoints, customers, alerts = look.rows(COUNTS)[0]
            yield Check("tables", "ok", f"{touchpoints:,} touchpoints of {customers:,} customers, {alerts:,} alerts")
            yield from _types(look, company)
            yield from _sources(look, company)
            yield from _accounts(look)
    except ConnectionError as error:
        yield Check("tables", "fail", f"ClickHouse cannot be reached: {error}", "start the server, or correct --clickhouse")


def _files(company: Company, paths: Sequence[Path]) -> Check:
    files = sorted(file for path in paths for file in (path.rglob("*") if path.is_dir() else [path]) if file.is_file())
    unread = [file for file in files if source_of(file, company.sources) is None]
    if unread:
        return Check(
            "files",
            "warn",
            f"no source reads {_some([str(file) for file in unread])}",
            "let the input.files of a source match them, or leave them out",
        )
    return Check("files", "ok", f"each of {len(files)} files is read by a source")


def _types(look: Opened, company: Company) -> Iterator[Check]:
    known = {*VOCABULARY, *company.types}
    unknown = [(name, count) for name, count in look.rows(TYPES) if name not in known]
    if not unknown:
        yield Check("types", "ok", "every type on the timeline is known")
    for name, count in unknown[:NAMED]:
        remedy = "declare it under types:, or map it to a word of the vocabulary"
        yield Check("types", "warn", f"{name} ({count:,} touchpoints) is in no vocabulary{nearest(name, known)}", remedy)
    if len(unknown) > NAMED:
        yield Check(
            "types",
            "warn",
            f"{len(unknown) - NAMED} more types are in no vocabulary",
            "redthread sql 'SELECT type, count() FROM timeline GROUP BY type'",
        )


def _sources(look: Opened, company: Company) -> Iterator[Check]:
    reported = {name: (events, dead) for name, events, dead, _ in look.rows(SOURCES)}
    declared = [source.source for source in company.sources]
    silent = [name for name in declared if reported.get(name, (0, 0)) == (0, 0)]
    broken = [name for name in declared if reported.get(name, (0, 0))[0] == 0 and reported.get(name, (0, 0))[1]]
    if silent:
        yield Check(
            "sources",
            "warn",
            f"never reported: {_some(silent)}",
            "check input.files or topic: of these sources, and what was given to `run`",
        )
    if broken:
        yield Check("sources", "fail", f"only dead letters from {_some(broken)}", "redthread dead-letters list --source NAME")
    if not silent and not broken:
        yield Check("sources", "ok", f"each of {len(declared)} sources has reported")


def _accounts(look: Opened) -> Iterator[Check]:
    records, dead, balanced, touchpoints, rows, duplicates = look.rows(RECORDS)[0]
    ratio = dead / records if records else 0.0
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in look.rows(REASONS))
    words = f"{dead:,} of {records:,} records ({ratio:.2%})" + (f": {reasons}" if reasons else "")
    if ratio > DEAD_RATIO:
        yield Check("dead letters", "warn", words, "redthread dead-letters list")
    else:
        yield Check("dead letters", "ok", words)
    words = f"{touchpoints:,} touchpoints = {rows:,} rows + {duplicates:,} duplicates"
    if balanced:
        yield Check("accounting", "ok", words)
    else:
        yield Check(
            "accounting", "fail", words.replace("=", "≠"), "report this with `redthread sql 'SELECT * FROM accounting'`: it is a bug"
        )


def _some(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
