"""A company on Kafka for tests: topics of its own, workers as processes of their own, and what they publish, against the embedded engine."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from schemas.alert import Alert
from schemas.clock import Clock
from schemas.dead_letter import DeadLetter
from schemas.envelope import opened
from schemas.identity import Arrived
from schemas.topics import Topics
from streams.bootstrap import customer_stage, inputs_of
from streams.cli.ingest import value_of
from streams.config import Loaded, load
from streams.core.identity import IdentityRules
from streams.engine.admin import TopicAdmin
from streams.engine.edges import messages, sender
from streams.engine.embedded import EmbeddedEngine
from streams.engine.faust.records import record_of
from streams.engine.store import MemoryStore
from streams.sources.readers import read
from streams.stages.ingest import Ingest
from streams.stages.step import Send
from tests.integration.outcomes import Outcome, outcome

SECRET = "a secret for tests"
PARTITIONS = 4
SOME = ("shop", "desk", "crm", "crm-contacts", "logistics")  # sources of the demo company: enough for a test that is about something else
SESSION = 6.0  # seconds; what the broker allows at least
CHANGED = re.compile(r"(input: \{)")


class World:
    """One installation: a prefix on the broker, a company file whose sources name topics, and the workers that run."""

    def __init__(self, servers: str, folder: Path, company: Path, prefix: str, only: Sequence[str] = ()) -> None:
        self.servers, self.folder, self.prefix = servers, folder, prefix
        self.topics = Topics(prefix, PARTITIONS, 1)
        self.company = _with_topics(company, folder / "company", prefix, only)
        self.loaded: Loaded = load(self.company)
        self.sources = {source.input.topic: source for source in self.loaded.company.sources}
        self._workers: dict[str, subprocess.Popen[bytes]] = {}
        admin = KafkaAdminClient(bootstrap_servers=servers)
        admin.create_topics({topic: {"num_partitions": 3, "replication_factor": 1} for topic in self.sources}, wait_for_metadata=True)
        admin.close()
        with TopicAdmin(servers) as ours:
            ours.create(self.topics.all(), 1)
        self._published: list[Any] = []
        self._reader = KafkaConsumer(bootstrap_servers=servers, group_id=None, auto_offset_reset="earliest", enable_auto_commit=False)
        self._reader.assign(
            [TopicPartition(topic, n) for kind, topic in self.topics.public.items() for n in range(self.topics.partitions_of(kind))]
        )

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "REDTHREAD_SECRET": SECRET,
            "REDTHREAD_KAFKA": self.servers,
            "REDTHREAD_KAFKA_PREFIX": self.prefix,
            "REDTHREAD_KAFKA_PARTITIONS": str(PARTITIONS),
            "REDTHREAD_KAFKA_REPLICATION": "1",
        }

    def start(self, name: str = "w0", *more: str) -> subprocess.Popen[bytes]:
        """Start a worker, or start it again."""
        command = [
            sys.executable,
            "-c",
            "from streams.cli.main import main; main()",
            "worker",
            "--company",
            str(self.company),
            "--data",
            str(self.folder / name),
        ]
        command += ["--name", name, "--port", "0", "--session-timeout", str(SESSION), *more]
        with (self.folder / f"{name}.log").open("ab") as log:
            self._workers[name] = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        return self._workers[name]

    def kill(self, name: str = "w0", how: int = signal.SIGKILL) -> int:
        """End a worker; its exit code."""
        worker = self._workers.pop(name)
        worker.send_signal(how)
        return worker.wait(20)

    def close(self) -> None:
        """End what still runs."""
        for name in list(self._workers):
            self.kill(name)
        self._reader.close()

    def feed(
        self, exports: Path, *, share: tuple[int, int] = (0, 1), only: Sequence[str] = (), of: Callable[[int], bool] | None = None
    ) -> int:
        """Send records of the files: those whose number is `share[0]` modulo `share[1]` and whose event occurred `of` then; how many."""
        inputs, _ = inputs_of(self.loaded.company, [exports])
        ingest = Ingest(self.loaded.company, SECRET.encode())
        count = 0
        with sender(self.servers) as send:
            for given in inputs:
                if only and given.source.source not in only:
                    continue
                for number, record in enumerate(read(given.path, given.source, longest=self.loaded.company.max_record)):
                    if isinstance(record, DeadLetter) or number % share[1] != share[0]:  # broken as a line of its file, or not chosen
                        continue
                    if of is None or of(max(_occurred(ingest.ingest(given.source, record)), default=0)):
                        send(given.source.input.topic, value=value_of(record))
                        count += 1
        return count

    def send(self, source: str, *values: bytes | None, headers: Sequence[tuple[str, bytes]] = ()) -> None:
        """Send records to the topic of a source, as they are."""
        with sender(self.servers) as send:
            for value in values:
                send(f"{self.prefix}-{source}", key=b"k", value=value, headers=list(headers))

    def health(self, name: str = "w0") -> dict[str, Any]:
        """What a worker says about itself."""
        with suppress(URLError, ConnectionError), urlopen(f"http://127.0.0.1:{self._port(name)}/healthz", timeout=5) as answer:
            return dict(json.load(answer))
        return {}

    def metrics(self, name: str = "w0") -> str:
        """What a worker counts about itself."""
        with urlopen(f"http://127.0.0.1:{self._port(name)}/metrics", timeout=5) as answer:
            return str(answer.read().decode())

    def _port(self, name: str) -> int:
        lines = [json.loads(line) for line in self.log(name).splitlines() if line.startswith("{")]
        return int([line["port"] for line in lines if line["event"] == "listening"][-1])

    def published(self) -> list[Any]:
        """Every message on the public topics so far."""
        partitions = list(self._reader.assignment())
        ends = self._reader.end_offsets(partitions)
        while any(self._reader.position(partition) < ends[partition] for partition in partitions):
            for batch in self._reader.poll(timeout_ms=500).values():
                self._published += [opened(message.value).data for message in batch]
        return self._published

    def expected(self, clock: Clock) -> Outcome:
        """What the embedded engine makes of what is on the topics of the sources, judged at this clock."""
        company, sink = self.loaded.company, MemorySink()
        rules, ingest = IdentityRules.of(company), Ingest(company, SECRET.encode())
        engine = EmbeddedEngine(rules, customer_stage(company, self.loaded.court), MemoryStore(), sink)
        for topic, source in self.sources.items():
            for message in messages(self.servers, topic, beginning=True):
                record = record_of(source, message, company.max_record)
                if record is not None:
                    engine.accept(ingest.ingest(source, record))
        engine.tick(clock, commit=lambda: engine.commit("", b""))
        engine.commit("", b"")
        engine.close()
        return outcome(sink.written)

    def reaches(self, expected: Outcome, within: float = 45.0) -> Outcome:
        """What is published, as soon as it is what is expected, else when time is up."""
        limit = time.monotonic() + within
        while True:
            found = outcome(self.published())
            if found == expected or time.monotonic() > limit:
                return found
            time.sleep(1.0)

    def works(self, seconds: float) -> None:
        """Let the workers work for so long, from the next message on that one of them publishes."""
        before, limit = len(self.published()), time.monotonic() + 8
        while len(self.published()) == before and time.monotonic() < limit:
            time.sleep(0.05)
        time.sleep(seconds)

    def newest(self) -> int:
        """When the latest event on the topics of the sources occurred."""
        ingest, newest = Ingest(self.loaded.company, SECRET.encode()), 0
        for topic, source in self.sources.items():
            for message in messages(self.servers, topic, beginning=True):
                record = record_of(source, message, self.loaded.company.max_record)
                outputs = () if record is None else ingest.ingest(source, record)
                newest = max([newest, *_occurred(outputs)])
        return newest

    def published_alerts(self) -> list[Alert]:
        return [message for message in self.published() if isinstance(message, Alert)]

    def is_committed(self, within: float = 10.0) -> bool:
        """Has every record of the sources been handled and committed?"""
        admin, limit = KafkaAdminClient(bootstrap_servers=self.servers), time.monotonic() + within
        partitions = [TopicPartition(topic, n) for topic in self.sources for n in range(3)]
        ends = self._reader.end_offsets(partitions)
        try:
            while time.monotonic() < limit:
                offsets = admin.list_group_offsets(self.topics.app)[self.topics.app]
                committed = {tp: found.offset for tp, found in offsets.items()}
                if all(committed.get(tp, 0) == end for tp, end in ends.items()):
                    return True
                time.sleep(0.5)
            return False
        finally:
            admin.close()

    def log(self, name: str = "w0") -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")


def _occurred(outputs: Iterable[Any]) -> list[int]:
    return [output.message.touchpoint.at for output in outputs if isinstance(output, Send) and isinstance(output.message, Arrived)]


class MemorySink:
    """Keeps what is written."""

    def __init__(self) -> None:
        self.written: list[Any] = []

    def write(self, token: str, outputs: list[Any]) -> list[DeadLetter]:
        self.written += outputs
        return []


@contextmanager
def world(servers: str, folder: Path, company: Path, prefix: str, only: Sequence[str] = ()) -> Iterator[World]:
    """A world whose workers are gone afterwards, of all sources or of some."""
    made = World(servers, folder, company, prefix, only)
    try:
        yield made
    finally:
        made.close()


def _with_topics(company: Path, folder: Path, prefix: str, only: Sequence[str]) -> Path:
    """A copy of the company whose every source reads a topic of its own."""
    (folder / "sources").mkdir(parents=True)
    (folder / "redthread.yaml").write_text(company.read_text(encoding="utf-8"), encoding="utf-8")
    for file in (company.parent / "sources").glob("*.yaml"):
        if only and file.stem not in only:
            continue
        text = CHANGED.sub(rf"\1topic: {prefix}-{file.stem}, ", file.read_text(encoding="utf-8"), count=1)
        (folder / "sources" / file.name).write_text(text, encoding="utf-8")
    return folder
