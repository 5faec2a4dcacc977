"""Stopped at any moment by kill -9, alone or with its ClickHouse, and started again with the same command: nothing is lost or doubled."""

import json
import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from sinks.clickhouse import EmbeddedServer
from tests.suite.commands import redthread, started
from tests.suite.conftest import EXAMPLES
from tests.suite.runners import Outcome, outcome_of
from tests.suite.samples import Pieces, cut, incidents, marketplace

pytestmark = [pytest.mark.data, pytest.mark.server]

KILLS = 5
START = 0.3  # share of a whole run; before it nothing has been read


def left_in(data: Path, exports: Path) -> tuple[Outcome, dict[str, int]]:
    """What a data folder holds, and where every record has gone."""
    with EmbeddedServer(data / "clickhouse") as address:
        found = outcome_of(address, exports)
        return found, found.accounting()


def server_of(data: Path) -> int | None:
    """The process of the folder's ClickHouse."""
    with suppress(OSError, ValueError):
        return int(json.loads((data / "clickhouse" / "server.json").read_text())["pid"])
    return None


def kill_after(seconds: float, words: tuple[str | Path, ...], data: Path, *, with_server: bool) -> None:
    """Start the command, and end it without a warning."""
    process = started(*words)
    time.sleep(seconds)
    server = server_of(data)
    process.kill()
    if with_server and server is not None:
        with suppress(ProcessLookupError):
            os.kill(server, signal.SIGKILL)
    process.communicate()


@pytest.mark.parametrize(("sample", "company"), [(incidents, "bpic2013"), (marketplace, "olist")], ids=["incidents", "marketplace"])
def test_a_run_that_is_killed_again_and_again_ends_in_the_same_bytes(sample: Callable[[], tuple[Pieces, ...]], company: str, tmp_path: Path):
    paths = cut(sample(), tmp_path, seed=7, parts=8)

    def words(data: Path) -> tuple[str | Path, ...]:
        return ("run", "--company", EXAMPLES / company / "redthread.yaml", "--data", data, "--json", *paths)

    began = time.monotonic()
    undisturbed = redthread(*words(tmp_path / "undisturbed"))
    whole = time.monotonic() - began
    assert undisturbed.returncode == 0, undisturbed.stderr
    expected, expected_accounting = left_in(tmp_path / "undisturbed", tmp_path / "expected")

    chance, data = random.Random(company), tmp_path / "killed"
    for kill in range(KILLS):
        moment = START + (1 - START) * (kill + chance.random()) / KILLS  # early ones first: each run goes on where the last one ended
        kill_after(moment * whole, words(data), data, with_server=kill % 2 == 1)
    last = redthread(*words(data))
    assert last.returncode == 0, last.stderr
    found, accounting = left_in(data, tmp_path / "found")
    assert found.difference(expected) == []
    assert found == expected
    assert accounting == expected_accounting
    summary = {name: value for name, value in json.loads(undisturbed.stdout).items() if name not in ("read", "seconds", "records_per_second")}
    assert {name: value for name, value in json.loads(last.stdout).items() if name in summary} == summary
