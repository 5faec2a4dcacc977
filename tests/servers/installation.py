"""One installation on Kafka for tests: topics of its own, and workers and sinks as the processes that people run."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kafka import KafkaAdminClient

from schemas.topics import Topics
from sinks.clickhouse import Address
from streams.config import Loaded, load
from tests.servers.positions import Positions
from tests.suite.commands import PATIENCE, command

SOURCE_PARTITIONS = 3
STOP = 70  # seconds; a worker gives its chunks 60
NAMED = re.compile(r"^\s*-?\s*source: (?P<name>[^\s#]+)", re.MULTILINE)
INPUT = re.compile(r"\binput: \{")


def with_topics(company: Path, folder: Path, prefix: str) -> Path:
    """A copy of a company, each source of which reads the topic `prefix.name`. Its inputs must be written on one line."""
    for file in (company, *(company.parent / "sources").glob("*.yaml")):
        copy = folder / file.relative_to(company.parent)
        copy.parent.mkdir(parents=True, exist_ok=True)
        name, lines = "", []
        for line in file.read_text(encoding="utf-8").splitlines(keepends=True):
            if found := NAMED.match(line):
                name = found["name"]
            lines.append(INPUT.sub(f"input: {{topic: {prefix}.{name}, ", line))
        copy.write_text("".join(lines), encoding="utf-8")
    return folder / company.name


@dataclass
class Installation:
    """`start` a worker or sink by its name, `kill` it, `stop` it; `end` stops everything."""

    servers: Sequence[str]
    clickhouse: Address
    folder: Path
    company: Path  # whose sources name topics
    topics: Topics
    secret: str
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.loaded: Loaded = load(self.company)
        self.sources = {source.input.topic: source for source in self.loaded.company.sources if source.input.topic}
        self._logged: dict[str, int] = {}  # bytes of a log before the process that writes it now
        self.positions = Positions(self.servers, self.topics, dict.fromkeys(self.sources, SOURCE_PARTITIONS))

    @property
    def environment(self) -> Mapping[str, str]:
        """What differs between two installations."""
        return {
            **os.environ,
            "REDTHREAD_SECRET": self.secret,
            "REDTHREAD_KAFKA": ",".join(self.servers),
            "REDTHREAD_KAFKA_PREFIX": self.topics.prefix,
            "REDTHREAD_KAFKA_PARTITIONS": str(self.topics.partitions),
            "REDTHREAD_KAFKA_REPLICATION": str(self.topics.replication),
            "REDTHREAD_CLICKHOUSE": self.clickhouse.url,
            "REDTHREAD_CLICKHOUSE_PASSWORD": self.clickhouse.password,
        }

    def create(self) -> None:
        """The topics of the company, and ours."""
        admin = KafkaAdminClient(bootstrap_servers=list(self.servers))
        layout = {"num_partitions": SOURCE_PARTITIONS, "replication_factor": self.topics.replication}
        admin.create_topics(dict.fromkeys(self.sources, layout), wait_for_metadata=True)
        admin.close()
        self.run("topics", "create")

    def run(self, *words: str | Path) -> None:
        """A command, to its end; raises what it says when it fails."""
        code, _, complaint = self.said(*words)
        if code:
            raise RuntimeError(f"redthread {' '.join(map(str, words))}: {complaint}")

    def said(self, *words: str | Path) -> tuple[int, str, str]:
        """A command, to its end: exit code, what it printed, what it complained of."""
        done = subprocess.run(command(*words), env=self.environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
        return done.returncode, done.stdout, done.stderr

    def start(self, name: str, *words: str | Path) -> None:
        """Start a process, or start it again; its log is `folder/name.log`."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self._logged[name] = log.tell()
            self.running[name] = subprocess.Popen(command(*words), env=self.environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def start_worker(self, name: str, *words: str | Path) -> None:
        """Its states are in `folder/name`."""
        self.start(name, "worker", "--company", self.company, "--data", self.folder / name, "--name", name, "--port", "0", *words)

    def start_sink(self, name: str, *words: str | Path) -> None:
        """Its place in the group is kept by its name."""
        self.start(name, "sink", "--instance", name, "--metrics-port", "0", *words)

    def kill(self, name: str, how: int = signal.SIGKILL) -> int:
        """End a process; its exit code."""
        process = self.running.pop(name)
        process.send_signal(how)
        return process.wait(STOP)

    def stop(self) -> dict[str, int]:
        """Stop everything in order; the exit codes."""
        for process in self.running.values():
            process.terminate()
        codes = {name: process.wait(STOP) for name, process in self.running.items()}
        self.running = {}
        return codes

    def settle(self, within: float, told: Callable[[str], None] = lambda _: None) -> None:
        """See `Positions.settle`; a process that ends meanwhile is an error."""

        def look(why: str) -> None:
            if codes := self.ended():
                raise RuntimeError("\n".join(f"{name} has ended with {code}: {self.log(name)}" for name, code in codes.items()))
            told(why)

        try:
            self.positions.settle(within, look)
        except TimeoutError as error:
            for process in self.running.values():
                process.send_signal(signal.SIGUSR1)  # say where you are
            time.sleep(1.0)
            logs = "\n".join(f"{name}: {self.log(name)}" for name in self.running)
            raise TimeoutError(f"{error}\n{logs}") from None

    def starting(self) -> list[str]:
        """Those that have not said yet that they started: told to stop now, they would end by the signal."""
        return [name for name in self.running if not self.has_said(name, "started")]

    def has_said(self, name: str, event: str) -> bool:
        """The process that runs under this name now, in its log."""
        return f'"{event}"' in self.said_since_start(name)

    def said_since_start(self, name: str) -> str:
        """The log of the process that runs under this name now, without those before it."""
        return (self.folder / f"{name}.log").read_bytes()[self._logged[name] :].decode(errors="replace")

    def ended(self) -> dict[str, int]:
        """Processes that have ended by themselves, with their exit codes; they are forgotten."""
        codes = {name: code for name, process in self.running.items() if (code := process.poll()) is not None}
        for name in codes:
            del self.running[name]
        return codes

    def log(self, name: str) -> str:
        """The end of what a process has said."""
        return (self.folder / f"{name}.log").read_text(errors="replace")[-6_000:]

    def close(self) -> None:
        """Leave nothing running."""
        self.positions.close()
        for process in self.running.values():
            process.kill()
            process.wait()
        self.running = {}


@contextmanager
def closing(installation: Installation) -> Iterator[Installation]:
    """The installation, and nothing of it afterwards."""
    try:
        yield installation
    finally:
        installation.close()
