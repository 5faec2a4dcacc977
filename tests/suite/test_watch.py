"""`redthread watch` as a process that goes on: it asks on its own, twice at once is once, and nobody's death or absence is told twice."""

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import STDOUT, Popen

import pytest

from sinks.clickhouse import EmbeddedServer
from streams.bootstrap import embedded, inputs_of
from streams.config import load
from streams.folder import DataFolder
from tests.suite.commands import PATIENCE, command
from tests.suite.desk_company import changes, reported, until, write_company

pytestmark = pytest.mark.server

OPENED, RESOLVED = ("lamp", "opened", 1, False), ("lamp", "resolved", 2, False)


class World:
    """Files on their way into the tables, and processes that watch them."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.company = write_company(folder)
        self.processes: dict[str, Popen[bytes]] = {}

    def run(self, name: str, text: str) -> None:
        """Read one more file; a run asks the rules of history, so the company of the run has none."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        loaded = load(self.company)
        quiet = loaded._replace(company=loaded.company.model_copy(update={"across": {}}))
        with embedded(quiet, DataFolder(self.folder / "data"), url=self.url) as pipeline:
            pipeline.run(inputs_of(loaded.company, [path])[0], None)

    def watch(self, name: str) -> None:
        """Its log is a file of that name."""
        with (self.folder / f"{name}.log").open("wb") as log:
            words = command("watch", "--company", self.company, "--clickhouse", self.url)
            self.processes[name] = Popen(words, stdout=log, stderr=STDOUT)

    def end(self, name: str) -> tuple[int, list[str]]:
        """As an operator ends it, who has seen it start: the exit code, and the events of its log."""
        process, limit = self.processes[name], time.monotonic() + PATIENCE
        while not self.log(name) and time.monotonic() < limit:
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        return process.wait(PATIENCE), [json.loads(line)["event"] for line in self.log(name)]

    def log(self, name: str) -> list[str]:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8").splitlines()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    """One that may be taken away."""
    server = EmbeddedServer(tmp_path / "clickhouse")
    with server:
        yield server


@pytest.fixture
def world(server: EmbeddedServer, tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path, server.address.url)
    world.run("tickets0.csv", reported("sofa", ago=7_200, customers=2))
    yield world
    for process in world.processes.values():
        process.kill()
        process.wait()


def test_what_comes_into_the_tables_is_found_and_its_end_too_however_many_watch(world: World, server: EmbeddedServer):
    world.watch("first")
    world.watch("second")
    world.run("tickets1.csv", reported("lamp", ago=3_600))
    assert until(server.address, [OPENED]) == [OPENED]
    world.processes["first"].kill()
    world.watch("third")
    world.run("tickets2.csv", reported("lamp", ago=-2, action="answer", customers=1))
    assert until(server.address, [OPENED, RESOLVED]) == [OPENED, RESOLVED]
    time.sleep(2)  # two more times of asking
    ends = [world.end(name) for name in ("second", "third")]
    assert [(code, told[0], told[-1]) for code, told in ends] == [(0, "started", "stopped")] * 2
    assert changes(server.address) == [OPENED, RESOLVED]


def test_a_clickhouse_that_is_away_is_waited_for(world: World, server: EmbeddedServer):
    world.watch("one")
    world.run("tickets1.csv", reported("lamp", ago=3_600))
    assert until(server.address, [OPENED]) == [OPENED]
    server.kill()
    time.sleep(3)
    server.ensure()
    world.run("tickets2.csv", reported("lamp", ago=-2, action="answer", customers=1))
    assert until(server.address, [OPENED, RESOLVED]) == [OPENED, RESOLVED]
    code, told = world.end("one")
    assert (code, told[0], told[1], told[-2:]) == (0, "started", "alert", ["alert", "stopped"])
    assert set(told[2:-2]) == {"not asked"}
