"""`redthread run --as-of`: what has been judged as of an instant is not judged as of an earlier one, and whoever asks for it is told."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from sinks.clickhouse import EmbeddedServer
from tests.suite.commands import redthread

pytestmark = pytest.mark.server

COMPANY = """
company: Acme
timezone: Europe/Berlin
pack: none
sources:
  - source: shop
    department: online
    input: {format: csv, files: "*.csv"}
    events: [{type: order.placed, time: at, identifiers: {crm_id: who}, refs: {order: who}}]
rules:
  late: {title: Late, per: ref.order, expect: {after: order.placed, then: parcel.delivered, within: 3d}}
"""
Run = Callable[..., "CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Files and options in, the finished command out."""
    (tmp_path / "redthread.yaml").write_text(COMPANY)
    for name, day in (("first", 2), ("second", 3)):
        (tmp_path / f"{name}.csv").write_text(f"at,who\n2026-03-0{day} 12:00,{name}\n")

    def invoke(file: str, *words: str) -> "CompletedProcess[str]":
        return redthread("run", "--company", tmp_path, "--data", tmp_path / "data", *words, tmp_path / f"{file}.csv", "--json")

    with EmbeddedServer(tmp_path / "data" / "clickhouse"):  # one for all runs
        yield invoke


def told(done: "CompletedProcess[str]") -> tuple[int, int, int]:
    """Exit code, records read, alerts."""
    summary = json.loads(done.stdout)
    return done.returncode, summary["read"], summary["alerts"]


def test_an_earlier_time_is_refused_before_anything_is_read(run: Run, tmp_path: Path):
    assert told(run("first", "--as-of", "2026-03-10T12:00")) == (0, 1, 1)
    refused = run("second", "--as-of", "2026-03-04")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.splitlines()[-1] == (
        f"--as-of: 2026-03-04T00:00:00+01:00 is before 2026-03-10T12:00:00+01:00, as of which {tmp_path / 'data'} has been judged; "
        "name no earlier time, or another folder (--data)"
    )
    assert told(run("second", "--as-of", "2026-03-10T12:00")) == (0, 1, 2)


def test_without_a_time_what_is_new_is_judged_as_of_the_run_before(run: Run):
    assert told(run("first", "--as-of", "2026-03-10")) == (0, 1, 1)
    assert told(run("second")) == (0, 1, 2)
    assert told(run("second", "--as-of", "2026-03-11")) == (0, 0, 2)
