"""Everything that can be killed: brokers, ClickHouse, workers, sinks. Each is a process, and each can be started again as it was."""

import signal
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from schemas.topics import Topics
from sinks.clickhouse import Address, EmbeddedServer
from tests.servers.installation import Installation
from tests.servers.kafka import KafkaServer, free_port

SESSION = 10.0  # seconds until the group gives a worker's partitions away; short, so that much happens in a run
PARTITIONS = 4
WORKERS, SINKS, SPARE = ("worker-0", "worker-1"), ("sink-0", "sink-1"), "worker-2"
FENCED = 72  # the exit code of a worker that has noticed that its place may be gone
ANSWER = 10_000  # milliseconds


class Cluster:
    """One installation with its servers. `died` counts processes that ended by themselves, by their kind and exit code."""

    def __init__(self, folder: Path, brokers: int) -> None:
        controllers = {node: free_port() for node in range(1, brokers + 1)}
        self.brokers = {node: KafkaServer(folder / f"kafka-{node}", node, controllers=controllers) for node in controllers}
        self.clickhouse = EmbeddedServer(folder / "clickhouse")
        self.folder = folder
        self.metrics = {name: free_port() for name in SINKS}
        self.died: Counter[str] = Counter()
        self._installation: Installation | None = None
        self._wanted: dict[str, str] = {}  # name -> kind of the processes that ought to run

    @property
    def servers(self) -> list[str]:
        """Where the brokers are."""
        return [broker.address for broker in self.brokers.values()]

    @property
    def address(self) -> Address:
        """Where the tables are."""
        assert self.clickhouse.address is not None
        return self.clickhouse.address

    @property
    def installation(self) -> Installation:
        """Topics, workers and sinks."""
        assert self._installation is not None
        return self._installation

    def open(self, company: Path, secret: str) -> None:
        """Start the servers, make the topics, start workers and sinks."""
        for broker in self.brokers.values():
            broker.launch()
        for broker in self.brokers.values():
            broker.wait()
        self.clickhouse.start()
        topics = Topics("chaos", PARTITIONS, min(len(self.brokers), 3))
        address = replace(self.address, database="chaos")
        self._installation = Installation(self.servers, address, self.folder / "processes", company, topics, secret)
        self.installation.create()
        for name in WORKERS:
            self.start(name)
        for name in SINKS:
            self.start(name)

    def close(self) -> None:
        """Leave nothing running."""
        if self._installation is not None:
            self._installation.close()
        self.clickhouse.kill()
        for broker in self.brokers.values():
            broker.kill()

    def start(self, name: str) -> None:
        """Start a worker or sink; from now on it is started again when it ends."""
        kind = name.partition("-")[0]
        self._wanted[name] = kind
        if kind == "worker":
            self.installation.start_worker(name, "--session-timeout", str(SESSION))
        else:
            self.installation.start_sink(name, "--metrics-port", str(self.metrics[name]))

    def stop(self, name: str, how: int) -> None:
        """End it; it is not started again by itself."""
        self._wanted.pop(name, None)
        if name in self.installation.running:
            self.installation.kill(name, how)

    def supervise(self) -> None:
        """Start again what has ended by itself, as whoever runs it in production does."""
        for name, code in self.installation.ended().items():
            if name in self._wanted:
                self.died[f"{self._wanted[name]} exit {code}"] += 1
                self.start(name)

    def names(self, kind: str) -> list[str]:
        """The processes of a kind that ought to run."""
        return sorted(name for name, other in self._wanted.items() if other == kind)

    def pause(self, name: str, seconds: float) -> bool:
        """Freeze a worker for longer than its place in the group is kept; did it end itself when it woke up?"""
        process = self.installation.running[name]
        process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        process.send_signal(signal.SIGCONT)
        limit = time.monotonic() + SESSION
        while process.poll() is None and time.monotonic() < limit:
            time.sleep(0.1)
        return process.poll() is not None

    def leader(self) -> int:
        """The node that leads the first partition of what customers' states come from; 0 when nobody answers."""
        try:
            admin = KafkaAdminClient(bootstrap_servers=self.servers, bootstrap_timeout_ms=ANSWER, request_timeout_ms=ANSWER)
        except (KafkaError, OSError):
            return 0
        try:
            (topic,) = admin.describe_topics([self.installation.topics.customer])
            return int(topic["partitions"][0]["leader_id"])
        except (KafkaError, OSError):
            return 0
        finally:
            admin.close()

    def is_whole(self) -> bool:
        """Has every partition of ours all its copies? Else another broker must not be killed: that would be a loss, not a fault."""
        names = [topic.name for topic in self.installation.topics.all()]
        try:
            admin = KafkaAdminClient(bootstrap_servers=self.servers, bootstrap_timeout_ms=ANSWER, request_timeout_ms=ANSWER)
        except (KafkaError, OSError):
            return False
        try:
            partitions = [partition for topic in admin.describe_topics(names) for partition in topic["partitions"]]
            return all(len(partition["isr_nodes"]) == len(partition["replica_nodes"]) for partition in partitions)
        except (KafkaError, OSError, KeyError):
            return False
        finally:
            admin.close()
