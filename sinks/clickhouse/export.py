"""Canonical exports: the same events give the same bytes, whatever their order, repetition or interruption was.

Only content is exported: no versions, no history, no position of the input and no time of writing; sorted by keys that are content too.
What two runs disagree on is a line that differs.
"""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from clickhouse_driver import Client

SORT_MEMORY = 200_000_000  # bytes, then the server sorts on disk


class Export(NamedTuple):
    """Columns of a view as they are exported, and the key that sorts them."""

    view: str
    columns: str
    key: str
    where: str = "true"


EXPORTS: Mapping[str, Export] = {
    "timeline": Export(
        "timeline",
        "customer_id, occurred_at, event_id, department, type, channel, direction, team, agent, mapSort(refs) AS refs, facts, due_at, "
        "mapSort(attributes) AS attributes, source, source_event_id, identifiers, attributed_id",
        "customer_id, occurred_at, event_id",
    ),
    "customers": Export(
        "customers",
        "customer_id, identifiers, identifier_kinds, first_seen, last_seen, touchpoints, departments, open_alerts, alerts, open_rules",
        "customer_id",
    ),
    "journeys": Export(
        "journeys",
        "journey_id, kind, customer_id, matter, ref, status, opened_at, ended_at, last_at, departments, teams, handoffs, bounces, touches_in, "
        "touches_out, repeats, promises, reopened, turn, waits_for, mapSort(waiting_seconds) AS waiting_seconds, findings",
        "kind, journey_id",
    ),
    "alerts": Export(
        "alerts",
        "alert_id, rule, rule_version, title, status, level, severity, customer_id, matter, journey, key, anchor, responsible, departments, "
        "starts_at, ends_at, occurrences, summary, identifiers, evidence",
        "rule, alert_id",
        "status != 'withdrawn'",
    ),
    "contact_policy": Export(
        "contact_policy",
        "customer_id, purpose, channel, about, rule, hold_until, ends_with, why, because",
        "customer_id, rule, purpose, channel, about",
    ),
}


def lines(client: Client, database: str, name: str) -> Iterator[str]:
    """JSON objects, one a line, as `name` of `EXPORTS` is exported."""
    view, columns, key, where = EXPORTS[name]
    names = ", ".join(column.rpartition(" AS ")[2] for column in columns.split(", "))
    sql = (
        f"SELECT formatRowNoNewline('JSONEachRow', {names}) FROM (SELECT {columns} FROM {database}.{view} WHERE {where}) ORDER BY {key} "
        f"SETTINGS max_bytes_before_external_sort = {SORT_MEMORY}, max_bytes_ratio_before_external_sort = 0"
    )
    for (line,) in client.execute_iter(sql):
        yield line


def export(client: Client, database: str, folder: Path) -> dict[str, str]:
    """Write every export as `folder/<name>.jsonl`; the SHA-256 of each, by name."""
    folder.mkdir(parents=True, exist_ok=True)
    return {name: _write(lines(client, database, name), folder / f"{name}.jsonl") for name in EXPORTS}


def _write(texts: Iterator[str], path: Path) -> str:
    digest = sha256()
    with path.open("wb") as file:
        for text in texts:
            line = text.encode() + b"\n"
            digest.update(line)
            file.write(line)
    return digest.hexdigest()
