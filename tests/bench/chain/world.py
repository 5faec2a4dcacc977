"""The servers and processes of one measurement: a broker, ClickHouse, workers and one sink, and what each kind of them has cost."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from schemas.topics import Topics
from sinks.clickhouse import EmbeddedServer, connect
from tests.bench.engines.processes import fields_of
from tests.servers.installation import Installation, closing, with_topics
from tests.servers.kafka import KafkaServer

COMPANY = Path(__file__).with_name("redthread.yaml")
WORKER, SINK, BROKER, CLICKHOUSE = "worker", "sink", "broker", "ClickHouse"
LOOK = 0.1  # seconds
READY_WITHIN = 120.0

Costs = Mapping[str, float]  # process, the workers together -> seconds of processor time


class World:
    """Everything that runs."""

    def __init__(self, installation: Installation, broker: KafkaServer, clickhouse: EmbeddedServer) -> None:
        self.installation = installation
        self._broker, self._clickhouse = broker, clickhouse
        self._client = connect(installation.clickhouse)

    @property
    def servers(self) -> str:
        return self._broker.address

    @property
    def topic(self) -> str:
        """Of the one source."""
        (topic,) = self.installation.sources
        return topic

    def _processes(self) -> Mapping[str, int]:
        running = {name: process.pid for name, process in self.installation.running.items()}
        return {**running, BROKER: self._broker.pid or 0, CLICKHOUSE: self._clickhouse.pid or 0}

    def costs(self) -> Costs:
        """So far."""
        return self._added({name: found.cpu for name, pid in self._processes().items() if (found := fields_of(pid))})

    def memory(self) -> Mapping[str, float]:
        """Megabytes now."""
        return self._added({name: found.rss / 1e6 for name, pid in self._processes().items() if (found := fields_of(pid))})

    @staticmethod
    def _added(by_process: Mapping[str, float]) -> Mapping[str, float]:
        kinds = dict.fromkeys(name.split("-")[0] for name in by_process)
        return {kind: sum(value for name, value in by_process.items() if name.split("-")[0] == kind) for kind in kinds}

    def start(self, workers: int = 1) -> float:
        """Workers and sink; seconds until all workers are ready, their states recovered."""
        begun = time.monotonic()
        names = [f"{WORKER}-{number}" for number in range(workers)]
        for name in names:
            self.installation.start_worker(name)
        self.installation.start_sink(SINK)
        while waiting := [name for name in names if not self.installation.has_said(name, "ready")]:
            if self.installation.ended() or time.monotonic() - begun > READY_WITHIN:
                raise RuntimeError(f"{waiting[0]} is not ready: {self.installation.log(waiting[0])}")
            time.sleep(LOOK)
        return time.monotonic() - begun

    def asked(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of ClickHouse."""
        found: list[tuple[Any, ...]] = self._client.execute(query.format(database=self.installation.clickhouse.database))
        return found

    def close(self) -> None:
        self._client.disconnect()


@contextmanager
def world(folder: Path, partitions: int) -> Iterator[World]:
    """Servers and topics; worker and sink are not started yet."""
    broker, clickhouse = KafkaServer(folder / "kafka"), EmbeddedServer(folder / "clickhouse")
    try:
        broker.start()
        address = replace(clickhouse.start(), database="bench")
        company = with_topics(COMPANY, folder / "company", "bench")
        topics = Topics("bench", partitions, 1)
        with closing(Installation([broker.address], address, folder / "processes", company, topics, "bench")) as installation:
            installation.create()
            made = World(installation, broker, clickhouse)
            try:
                yield made
            finally:
                made.close()
    finally:
        clickhouse.stop()
        broker.kill()
