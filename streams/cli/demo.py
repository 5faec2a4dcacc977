"""`redthread demo`: a simulated company whose journeys break in known ways, what the pipeline found of it, and how right it was."""

import json as text
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from sinks.clickhouse import EmbeddedServer, Reader
from streams.bootstrap import inputs_of
from streams.cli.options import DATA_FOLDER, Json, examples
from streams.cli.output import Format, err, out, print_json, print_rows
from streams.cli.run import run_inputs, show
from streams.config import load
from streams.demo.generate import CUSTOMERS, DAYS, SEED, Generated, generate
from streams.demo.score import Score, score
from streams.folder import DataFolder
from streams.settings import Settings
from streams.sources.normalise import Identifiers

ALERTS = """
SELECT rule, status, level, matter, toString(customer_id) AS customer_id, key, occurrences FROM alerts WHERE status != 'withdrawn'
"""
OWNERS = "SELECT identifier, toString(customer_id) FROM identifiers"
TOLD = """
SELECT matter FROM alerts WHERE rule = 'ping_pong' AND status != 'withdrawn' ORDER BY occurrences DESC, matter LIMIT 1
"""
SHOWN = 10  # wrong alerts that are named one by one

Data = Annotated[Path, typer.Option("--data", "-d", metavar="DIR", help="Folder for the company, its exports, state and tables.")]
Seed = Annotated[int, typer.Option("--seed", help="Another seed is another company.")]
Customers = Annotated[int, typer.Option("--customers", min=300, help="How many people the company has.")]
Days = Annotated[int, typer.Option("--days", min=60, max=200, help="How many days are simulated.")]


def register(app: typer.Typer) -> None:
    app.command("demo", epilog=examples("redthread demo", "redthread demo --seed 7 --data .redthread-7 --json"))(demo)


def demo(data: Data = DATA_FOLDER, seed: Seed = SEED, customers: Customers = CUSTOMERS, days: Days = DAYS, json: Json = False) -> None:
    """Simulate a company, find its broken journeys, and compare them with what was planted.

    Ends by itself and leaves the tables for queries. Exit code 1: something was not found, or found where nothing was.
    """
    err.print(f"simulating {customers:,} customers of five departments over {days} days")
    made = generate(seed, customers, days, data / "company")
    loaded, folder = load(made.company), DataFolder(data)
    inputs, _ = inputs_of(loaded.company, [made.exports])
    summary = run_inputs(loaded, folder, inputs, made.as_of)
    with EmbeddedServer(folder.clickhouse) as address, Reader(address) as reader:
        found = compare(reader, Identifiers(loaded.company, folder.secret(Settings())), made)
        told = next((str(row[0]) for row in reader.query(TOLD).rows), "")
    if json:
        print_json({**summary, "precision": found.precision, "recall": found.recall, "rules": _table(found), "wrong": _wrong(found)})
    else:
        show({**summary, "rules": []})
        _show(found, data, told)
    if not found.perfect:
        raise typer.Exit(1)


def compare(reader: Reader, identifiers: Identifiers, made: Generated) -> Score:
    """What was found against what was planted."""
    truth = text.loads(made.truth.read_text(encoding="utf-8"))
    columns, rows = (answer := reader.query(ALERTS)).columns, list(answer.rows)
    alerts = [dict(zip((column.name for column in columns), row, strict=True)) for row in rows]
    owners = dict(reader.query(OWNERS).rows)
    return score(truth, alerts, dict(_customers(truth, identifiers, owners)))


def _customers(truth: Mapping[str, Any], identifiers: Identifiers, owners: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Identifiers as people write them, and the customer whom their hashes belong to."""
    named = {name for person in truth["people"] for name in person}
    named |= {name for entry in (*truth["alerts"], *truth["near_misses"]) for name in entry["identifiers"]}
    for name in named:
        for hashed in identifiers.lookups(name):
            if hashed in owners:
                yield name, owners[hashed]


def _table(found: Score) -> list[dict[str, Any]]:
    return [
        {"rule": rule, "planted": row.expected, "found": row.found, "right": row.right, "precision": row.precision, "recall": row.recall}
        for rule, row in found.rules.items()
    ]


def _wrong(found: Score) -> dict[str, Any]:
    return {
        "missing": found.missing,
        "unexpected": found.unexpected,
        "broken_near_misses": found.broken_near_misses,
        "split": found.split,
        "joined": found.joined,
    }


def _show(found: Score, data: Path, told: str) -> None:
    out.print()
    print_rows(("rule", "planted", "found", "right"), [tuple(row.values())[:4] for row in _table(found)], Format.table)
    out.print(f"\nprecision {found.precision:.4f}, recall {found.recall:.4f} against what was planted")
    for what, entries in _wrong(found).items():
        for entry in entries[:SHOWN]:
            out.print(f"{what}: {entry}", style="red", markup=False)
    where = "" if data == DATA_FOLDER else f" --data {data}"
    out.print("\nThe tables stay. Look at them:")
    out.print(f"  redthread timeline {told}{where}", markup=False)
    out.print(f"  redthread alerts --status open --limit 10{where}", markup=False)
    out.print(f'  redthread sql{where} "SELECT kind, status, count() FROM journeys GROUP BY 1, 2 ORDER BY 1, 2"', markup=False)
