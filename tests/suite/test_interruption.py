"""Stopped at any moment by kill -9, alone or with its ClickHouse, and started again with the same command: nothing is lost or doubled."""

import json
import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, NamedTuple

import pytest

from sinks.clickhouse import EmbeddedServer
from tests.suite.commands import PATIENCE, redthread, started
from tests.suite.conftest import EXAMPLES
from tests.suite.runners import Outcome, outcome_of
from tests.suite.samples import cut, incidents, marketplace

pytestmark = [pytest.mark.data, pytest.mark.server]

KILLS, SERVER_KILLS = 5, 2
LOOK = 0.1  # seconds between two looks whether there is a server to kill
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
        end(server)
    process.communicate()


def end(process: int) -> None:
    """As a crash would."""
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


COMPANIES = {"bpic2013": incidents, "olist": marketplace}


class Undisturbed(NamedTuple):
    """A run that nobody interrupts: how it is started, how long it takes, and what it leaves."""

    words: Callable[[Path], tuple[str | Path, ...]]
    seconds: float
    summary: dict[str, Any]
    outcome: Outcome
    accounting: dict[str, int]


def summary(text: str) -> dict[str, Any]:
    """What a run says at its end, but for how much of it was done this time."""
    return {name: value for name, value in json.loads(text).items() if name not in ("read", "seconds", "records_per_second")}


@pytest.fixture(scope="module", params=COMPANIES)
def undisturbed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """Each sample in many files, so that there are many moments between two of them."""
    folder = tmp_path_factory.mktemp("undisturbed")
    paths = cut(COMPANIES[request.param](), folder, seed=7, parts=8)

    def words(data: Path) -> tuple[str | Path, ...]:
        return ("run", "--company", EXAMPLES / request.param / "redthread.yaml", "--data", data, "--json", *paths)

    began = time.monotonic()
    run = redthread(*words(folder / "data"))
    seconds = time.monotonic() - began
    assert run.returncode == 0, run.stderr
    return Undisturbed(words, seconds, summary(run.stdout), *left_in(folder / "data", folder / "exports"))


def assert_same(last: "CompletedProcess[str]", data: Path, exports: Path, expected: Undisturbed) -> None:
    """The command has ended well, says the same, and left the same bytes."""
    assert last.returncode == 0, last.stderr
    assert summary(last.stdout) == expected.summary
    outcome, accounting = left_in(data, exports)
    assert outcome.difference(expected.outcome) == []
    assert (outcome, accounting) == (expected.outcome, expected.accounting)


def test_a_run_that_is_killed_again_and_again_ends_in_the_same_bytes(undisturbed: Undisturbed, tmp_path: Path):
    chance, data = random.Random(0), tmp_path / "data"
    words = undisturbed.words(data)
    for kill in range(KILLS):
        moment = START + (1 - START) * (kill + chance.random()) / KILLS  # early ones first: each run goes on where the last one ended
        kill_after(moment * undisturbed.seconds, words, data, with_server=kill % 2 == 1)
    assert_same(redthread(*words), data, tmp_path / "exports", undisturbed)


def test_a_run_whose_clickhouse_dies_starts_it_again_and_ends_in_the_same_bytes(undisturbed: Undisturbed, tmp_path: Path):
    data = tmp_path / "data"
    process = started(*undisturbed.words(data))
    killed: set[int] = set()
    while process.poll() is None and len(killed) < SERVER_KILLS:
        time.sleep(LOOK)
        server = server_of(data)
        if (data / "state" / "CURRENT").exists() and server is not None and server not in killed:  # reading has begun
            killed.add(server)
            end(server)
    output, complaints = process.communicate(timeout=PATIENCE)
    last = CompletedProcess(process.args, process.returncode, output.decode(), complaints.decode())
    assert_same(last, data, tmp_path / "exports", undisturbed)
