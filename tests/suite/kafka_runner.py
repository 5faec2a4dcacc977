"""The suite on Kafka: files to the company's topics, two workers that replay them, and two sinks that share the partitions."""

import os
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

from schemas.command import Command
from schemas.envelope import HEADERS
from schemas.topics import Topics
from sinks.clickhouse import Address
from streams.engine.edges import sender
from tests.servers.installation import Installation, closing, with_topics
from tests.suite.runners import Outcome, Way, outcome_of

WORKERS, SINKS = ("worker-0", "worker-1"), ("sink-0", "sink-1")
CHUNK = 1_000  # records that a worker handles at once, at most
AS_IT_COMES = Way()
WITHIN = 300.0  # seconds for the largest data set


class KafkaRunner:
    """Every run is an installation of its own on one broker, with a database of its own on one ClickHouse."""

    def __init__(self, broker: str, server: Address, folder: Path, secret: str) -> None:
        self._broker, self._server, self._folder, self._secret = broker, server, folder, secret
        self._runs = count(1)

    def run(
        self, company: Path, paths: Sequence[Path], as_of: str = "end", way: Way = AS_IT_COMES, commands: Sequence[Command] = ()
    ) -> Outcome:
        """As `redthread topics`, `ingest`, `worker --replay` and `sink` do it; the commands are there before anything else."""
        prefix = f"suite-{os.getpid()}-{next(self._runs)}"
        folder, address = self._folder / prefix, replace(self._server, database=prefix.replace("-", "_"))
        topics = Topics(prefix, way.partitions, 1)
        with closing(
            Installation([self._broker], address, folder, with_topics(company, folder / "company", prefix), topics, self._secret)
        ) as installation:
            installation.create()
            with sender(self._broker) as send:
                for command in commands:
                    send(topics.commands, value=command.event(), headers=list(HEADERS))
            parts = [[path] for path in paths] if way.tick_after_each else [paths]
            for number, part in enumerate(parts):
                installation.run("ingest", "--company", installation.company, *part)
                if number == 0:
                    self._start(installation, as_of, way)
                if way.tick_after_each:
                    installation.settle(WITHIN)
            installation.settle(WITHIN)
            installation.run("watch", "--company", installation.company, "--once", "--as-of", as_of)
            codes = installation.stop()
            if any(codes.values()):
                raise RuntimeError(f"exit codes {codes}: {[installation.log(name) for name, code in codes.items() if code]}")
        return outcome_of(address, folder / "exports")

    @staticmethod
    def _start(installation: Installation, as_of: str, way: Way) -> None:
        for name in WORKERS:
            installation.start_worker(name, "--replay", "--as-of", as_of, "--chunk", str(min(way.epoch_records, CHUNK)))
        for name in SINKS:
            installation.start_sink(name)
