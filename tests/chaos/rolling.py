"""`python -m tests.chaos.rolling`: restart two workers one after the other under load, as a deployment does it, and see how long anything stood still.

*Seen from outside*: the longest time in which a partition published no row of the timeline. *Seen from inside*: the longest time in which
an input partition that had records waiting was not committed. The exit code is 0 only when neither is longer than `--limit`.
"""

import argparse
import json
import signal
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from kafka import TopicPartition
from kafka.errors import KafkaError

from schemas.topics import Topics
from sinks.clickhouse import Address
from streams.engine.edges import messages
from tests.chaos.load import Sent, load, simulate
from tests.chaos.sender import Sender
from tests.servers.installation import Installation, closing, with_topics
from tests.servers.kafka import KafkaServer
from tests.servers.positions import Positions

SECRET = "the key of the deployment"
PARTITIONS = 4
WORKERS = ("worker-0", "worker-1")
LIMIT = 15.0  # seconds that no partition may stand still
AROUND = 8.0  # seconds of undisturbed work before, between and after the restarts
READY_WITHIN = 180.0  # seconds: longer than the rebalance timeout, so that a stall is measured and not an error
RESTART = 20.0  # seconds that one may take, for what is sent meanwhile
LOOK = 0.25  # seconds between two looks at the commits


@dataclass
class Report:
    """Seconds; `stalls` by partition, the longest of each."""

    rate: int
    records: int = 0
    started: float = 0.0
    restarts: list[float] = field(default_factory=list)
    rows: Mapping[str, float] = field(default_factory=dict)
    commits: Mapping[str, float] = field(default_factory=dict)

    @property
    def longest(self) -> float:
        """Of any partition, seen from anywhere."""
        return max((*self.rows.values(), *self.commits.values()))

    def __str__(self) -> str:
        restarts = ", ".join(f"{seconds:.1f} s" for seconds in self.restarts)
        return (
            f"rolling: {self.records:,} records at {self.rate}/s; both workers ready {self.started:.1f} s after their start; restarts took {restarts}; "
            f"longest without a row of the timeline {_worst(self.rows)}; longest without a commit {_worst(self.commits)}"
        )


def _worst(stalls: Mapping[str, float]) -> str:
    name = max(stalls, key=lambda partition: stalls[partition])
    return f"{stalls[name]:.1f} s ({name})"


class Watch(threading.Thread):
    """Looks at what the group has committed, and remembers how long every partition with something waiting stood still."""

    def __init__(self, positions: Positions, group: str) -> None:
        super().__init__(name="watch", daemon=True)
        self._positions, self._group, self._over = positions, group, threading.Event()
        self.stalls: dict[TopicPartition, float] = {}

    def run(self) -> None:
        """Until `end`."""
        since: dict[TopicPartition, float] = {}
        before: Mapping[TopicPartition, int] = {}
        while not self._over.wait(LOOK):
            with suppress(KafkaError, OSError):
                ends, committed = (
                    self._positions.ends(self._positions.inputs),
                    self._positions.committed(self._group, self._positions.inputs),
                )
                now = time.monotonic()
                for partition, offset in committed.items():
                    if offset != before.get(partition) or offset >= ends[partition]:
                        since[partition] = now
                    self.stalls[partition] = max(self.stalls.get(partition, 0.0), now - since[partition])
                before = committed

    def end(self) -> dict[str, float]:
        """What was seen."""
        self._over.set()
        self.join()
        return {f"{partition.topic}/{partition.partition}": stall for partition, stall in self.stalls.items()}


def rolling(seed: int, rate: int, rounds: int, folder: Path, told: Callable[[str], None]) -> Report:
    """Run it; everything that was started is gone afterwards."""
    report = Report(rate)
    broker = KafkaServer(folder / "kafka").start()
    try:
        records = round(
            rate * (READY_WITHIN + rounds * len(WORKERS) * (RESTART + AROUND))
        )  # more than will be sent: the load goes on until it is stopped
        company = simulate(seed, records, folder / "demo")
        topics = Topics("rolling", PARTITIONS, 1)
        copy = with_topics(company.company, folder / "company", "company")
        with closing(Installation([broker.address], Address(), folder / "processes", copy, topics, SECRET)) as installation:
            installation.create()
            values = load(installation.loaded, company.exports, seed, records)
            _run(report, installation, values, rounds, told)
    finally:
        broker.kill()
    return report


def _run(report: Report, installation: Installation, values: list[Sent], rounds: int, told: Callable[[str], None]) -> None:
    report.started = _timed(lambda: _start(installation), installation, WORKERS)
    told(f"both ready after {report.started:.1f} s")
    sender = Sender(installation.servers, values, len(values) / report.rate)
    sender.start()
    time.sleep(AROUND)
    watch = Watch(installation.positions, installation.topics.app)
    watch.start()
    begun = time.time()
    time.sleep(AROUND)
    for name in WORKERS * rounds:
        report.restarts.append(_timed(lambda name=name: _restart(installation, name), installation, [name]))  # type: ignore[misc]
        told(f"{name} restarted in {report.restarts[-1]:.1f} s")
        time.sleep(AROUND)
    ended = time.time()
    report.commits = watch.end()
    sender.stop()
    sender.join(60)
    report.records = sender.sent
    if sender.failed:
        raise RuntimeError(f"the load could not be sent: {sender.failed[:1]}")
    report.rows = dict(_gaps(installation, begun, ended))


def _start(installation: Installation) -> None:
    for name in WORKERS:
        installation.start_worker(name)


def _restart(installation: Installation, name: str) -> None:
    code = installation.kill(name, signal.SIGTERM)
    if code:
        raise RuntimeError(f"{name} has ended with {code}: {installation.log(name)}")
    installation.start_worker(name)


def _timed(act: Callable[[], object], installation: Installation, names: Any) -> float:
    """Seconds from the act until all of them are ready."""
    started = time.monotonic()
    act()
    while not all(_is_ready(installation, name) for name in names):
        if codes := installation.ended():
            raise RuntimeError(f"ended by themselves: {codes}")
        if time.monotonic() - started > READY_WITHIN:
            raise TimeoutError(f"not ready after {READY_WITHIN:.0f} s: {[installation.log(name) for name in names]}")
        time.sleep(LOOK)
    return time.monotonic() - started


def _is_ready(installation: Installation, name: str) -> bool:
    lines = [json.loads(line) for line in installation.said_since_start(name).splitlines() if line.startswith("{")]
    port = next((line["port"] for line in lines if line["event"] == "listening"), None)
    if port is None:
        return False
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
            return True
    except (HTTPError, URLError, OSError):
        return False


def _gaps(installation: Installation, begun: float, ended: float) -> Iterator[tuple[str, float]]:
    """Per partition the longest time between two rows of the timeline, the ends of the watched time included."""
    kind = "timeline.entries"
    topic = installation.topics.public[kind]
    times: defaultdict[int, list[float]] = defaultdict(list)
    for message in messages(",".join(installation.servers), topic, beginning=True):
        times[message.partition].append(message.timestamp / 1000)
    for partition in range(installation.topics.partitions_of(kind)):
        within = [begun, *sorted(at for at in times[partition] if begun < at < ended), ended]
        yield f"{topic}/{partition}", max(after - before for before, after in pairwise(within))


def main(words: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="rolling", description=__doc__)
    parser.add_argument("--rate", type=int, default=500, help="records a second")
    parser.add_argument("--rounds", type=int, default=1, help="how often each worker is restarted")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, default=LIMIT, help="seconds")
    parser.add_argument("--folder", type=Path, default=None, help="where everything is left to be looked at; left out: a new one")
    given: Any = parser.parse_args(words)
    folder = given.folder or Path(tempfile.mkdtemp(prefix="redthread-rolling-"))
    report = rolling(given.seed, given.rate, given.rounds, folder, lambda line: print(line, flush=True))
    print(f"logs and data: {folder}", flush=True)
    print(report, flush=True)
    return 0 if report.longest <= given.limit else 1


if __name__ == "__main__":
    sys.exit(main())
