"""A real Apache Kafka for tests: one given by address, one in Docker, or one started from Maven Central's jars, in this order."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

ADDRESS = "REDTHREAD_TEST_KAFKA"  # host:port of a broker that tests may fill with topics of their own
VERSION = "4.3.1"
POM = Path(__file__).with_name("kafka.pom.xml")
JARS = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "redthread" / f"kafka-{VERSION}"
CLUSTER = "AAAAAAAAAAAAAAAAAAAAAQ"
START_WITHIN = 60.0  # seconds; about 4 on two free cores
# As in docker-compose.yml: G1 takes every large request for a reason to mark the whole heap, which costs more than the broker's own work.
# A broker of a test or bench lives for minutes: what the second compiler costs it in its first one it would earn back in days.
JVM = ("-Xms512m", "-Xmx1g", "-XX:+UseParallelGC", "-XX:TieredStopAtLevel=1")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def jars() -> Path:
    """The broker's jars, fetched once by Maven and kept for later runs."""
    JARS.parent.mkdir(parents=True, exist_ok=True)
    with (JARS.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test workers must not fetch at once
        if not (JARS / ".complete").exists():
            shutil.rmtree(JARS, ignore_errors=True)
            command = ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={JARS}"]
            subprocess.run(command, check=True, timeout=300)
            (JARS / ".complete").touch()
    return JARS


class KafkaServer:
    """One broker of a KRaft cluster; `controllers` are the (node id, controller port) of all of them."""

    def __init__(self, folder: Path, node: int = 1, port: int = 0, controllers: dict[int, int] | None = None) -> None:
        self.folder, self.node = folder, node
        self.port = port or free_port()
        self.controllers = controllers or {1: free_port()}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """Of the process that runs; None when none does."""
        return self._process.pid if self._process else None

    def start(self) -> "KafkaServer":
        """Start, and wait until the broker answers."""
        self.launch()
        self.wait()
        return self

    def launch(self) -> None:
        """Format the folder if it is new, and start. One of several brokers answers only when most of them have been started."""
        self.folder.mkdir(parents=True, exist_ok=True)
        properties = self.folder / "server.properties"
        if not properties.exists():
            properties.write_text(self._properties())
            self._format(properties)
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                ["java", *JVM, "-cp", f"{jars()}/*", "kafka.Kafka", str(properties)],
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,  # a signal at the terminal is not for it
            )

    def _format(self, properties: Path) -> None:
        command = ["java", "-Xmx256m", "-cp", f"{jars()}/*", "kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", str(properties)]
        subprocess.run(command + self._format_options(), check=True, capture_output=True, timeout=120)

    def _format_options(self) -> list[str]:
        voters = ",".join(f"{node}@127.0.0.1:{port}:{node:02d}{'A' * 20}" for node, port in self.controllers.items())
        return ["--standalone"] if len(self.controllers) == 1 else ["--initial-controllers", voters]

    def _listeners(self) -> dict[str, str]:
        """Protocol -> host:port, for clients; brokers speak to each other over the first."""
        return {"PLAINTEXT": self.address}

    def _properties(self) -> str:
        own, clients = self.controllers[self.node], self._listeners()
        copies = min(len(self.controllers), 3)
        return "\n".join(
            [
                "process.roles=broker,controller",
                f"node.id={self.node}",
                "controller.quorum.bootstrap.servers=" + ",".join(f"127.0.0.1:{port}" for port in self.controllers.values()),
                "listeners=" + ",".join(f"{name}://{at}" for name, at in {**clients, "CONTROLLER": f"127.0.0.1:{own}"}.items()),
                "advertised.listeners=" + ",".join(f"{name}://{at}" for name, at in clients.items()),
                "controller.listener.names=CONTROLLER",
                "listener.security.protocol.map=CONTROLLER:PLAINTEXT," + ",".join(f"{name}:{name}" for name in clients),
                f"log.dirs={self.folder / 'log'}",
                f"offsets.topic.replication.factor={copies}",
                "offsets.topic.num.partitions=8",
                f"transaction.state.log.replication.factor={copies}",
                "transaction.state.log.min.isr=1",
                f"share.coordinator.state.topic.replication.factor={copies}",
                "share.coordinator.state.topic.min.isr=1",
                f"default.replication.factor={copies}",
                "group.initial.rebalance.delay.ms=0",
                "auto.create.topics.enable=false",
                "log.cleaner.io.max.bytes.per.second=40000000",
                "",
            ]
        )

    def wait(self) -> None:
        """Until the broker answers; raises with the end of its log when it does not."""
        limit = time.monotonic() + START_WITHIN
        while time.monotonic() < limit:
            if self._process is not None and self._process.poll() is not None:
                break
            try:
                admin = KafkaAdminClient(bootstrap_servers=self.address, bootstrap_timeout_ms=2_000, request_timeout_ms=3_000)
            except (KafkaError, OSError):
                time.sleep(0.2)
                continue
            admin.close()
            return
        log = (self.folder / "server.log").read_text(errors="replace")
        raise TimeoutError(f"Kafka at {self.address} does not answer; the end of its log:\n{log[-3000:]}")

    def kill(self, how: int = signal.SIGKILL) -> None:
        """Stop it at once, as a power cut would."""
        if self._process is not None:
            os.killpg(self._process.pid, how)
            self._process.wait(30)
            self._process = None

    def stop(self) -> None:
        """Stop it in order."""
        self.kill(signal.SIGTERM)


@contextmanager
def kafka(folder: Path) -> Iterator[str]:
    """The address of a broker, for as long as the context lasts."""
    if given := os.environ.get(ADDRESS):
        yield given
    elif _docker_answers():
        from testcontainers.kafka import KafkaContainer

        with KafkaContainer(f"apache/kafka:{VERSION}") as container:
            yield container.get_bootstrap_server()
    else:
        server = KafkaServer(folder).start()
        try:
            yield server.address
        finally:
            server.kill()


def _docker_answers() -> bool:
    try:
        return subprocess.run(["docker", "info"], capture_output=True, check=False, timeout=10).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
