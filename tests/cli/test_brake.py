"""A mapping that turns everything into dead letters stops a run, and a repaired one reads all of it."""

import json

import pytest
from typer.testing import CliRunner

from streams.cli.main import app

pytestmark = pytest.mark.server

COMPANY = """
company: Acme
pack: none
sources:
  - source: shop
    department: online
    input: {format: csv, files: "*.csv"}
    events: [{type: order.placed, time: TIME, identifiers: {crm_id: who}}]
"""
ORDERS = "at,note,who\n" + "".join(f"2026-03-01T12:00:00Z,none,C-{number}\n" for number in range(600))
STOPPED = (
    "source shop: 200 of the last 200 records became dead letters (200 bad_time), so nothing more is read. "
    "Mend its source file and start again; --no-brake goes on all the same"
)


@pytest.fixture
def run(tmp_path):
    (tmp_path / "orders.csv").write_text(ORDERS)

    def invoke(time, *words):
        (tmp_path / "redthread.yaml").write_text(COMPANY.replace("TIME", time))
        company = ["--company", str(tmp_path), "--data", str(tmp_path / "data")]
        return CliRunner().invoke(app, ["run", *company, *words, str(tmp_path / "orders.csv")])

    return invoke


def counts(result):
    """Records read, rows of the timeline, dead letters."""
    summary = json.loads(result.stdout)
    return summary["read"], summary["timeline_rows"], summary["dead_letters"]


def test_it_stops_before_anything_is_kept_and_goes_on_once_the_mapping_is_mended(run):
    stopped = run("note")
    assert (stopped.exit_code, stopped.stderr.splitlines()[-1]) == (1, STOPPED)
    assert counts(run("at", "--json")) == (600, 600, 0)


def test_whoever_wants_the_dead_letters_gets_them(run):
    assert counts(run("note", "--no-brake", "--json")) == (600, 0, 600)
