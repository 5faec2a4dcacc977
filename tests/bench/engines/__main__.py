"""One workload, every engine, on a Kafka of its own: `make bench`, or `python -m tests.bench.engines --events 100000 --rounds 1`.

The engines take turns, so that whatever else the machine does falls on all of them; medians are printed.
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.engines.contestants import CONTESTANTS, OURS, Contestant, Unavailable
from tests.bench.engines.kafka_side import Topics, fill
from tests.bench.engines.latency import Latency, latency
from tests.bench.engines.report import Result, table, verdict
from tests.bench.engines.running import Setting
from tests.bench.engines.throughput import Failed, Throughput, throughput
from tests.bench.engines.workload import Record, alerts, encoded, records
from tests.servers.kafka import KafkaServer

PEERS = ("quix", "bytewax", "kafka-streams")
LIVE_CUSTOMERS = 2_000  # while latencies are measured; few enough that everybody has alerts from the beginning


def said(text: str) -> None:
    print(text, flush=True)


def arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--events", type=int, default=500_000)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--commit", type=int, default=1, help="seconds of work that an engine may do again after a crash")
    parser.add_argument("--rate", type=int, default=10_000, help="events a second while latencies are measured; 0: they are not")
    parser.add_argument("--seconds", type=float, default=15.0, help="that latencies are measured for")
    parser.add_argument("--engines", nargs="*", choices=list(CONTESTANTS), default=list(CONTESTANTS))
    parser.add_argument("--slow", type=int, default=1, help="rounds that an engine takes part in which is known to be slow")
    return parser.parse_args(words)


class Bench:
    """One benchmark: a broker, the events, and what has been measured so far."""

    def __init__(self, options: argparse.Namespace, server: KafkaServer, folder: Path) -> None:
        self._options, self._server, self._folder = options, server, folder
        self._numbers = count(1)
        self.results: dict[str, Result] = {}
        self._topics = Topics(server.address)

    def install(self) -> Mapping[str, Contestant]:
        """Those that can take part."""
        able = {}
        for name in self._options.engines:
            contestant = CONTESTANTS[name]
            self.results[name] = Result(contestant.title, [], [], remarks := [])
            try:
                contestant.ready()
                able[name] = contestant
            except Unavailable as reason:
                remarks.append(f"not measured: {reason}")
        return able

    def _setting(self, name: str, contestant: Contestant, topic: str) -> Setting:
        run = f"bench-{name}-{next(self._numbers)}"
        assert self._server.pid
        return Setting(run, contestant, self._server.address, self._server.pid, topic, self._folder / run, self._options.commit)

    def _attempt(self, name: str, act: Callable[[], str]) -> None:
        try:
            said(f"  {name:14} {act()}")
        except Failed as reason:
            self.results[name].remarks.append(f"failed: {reason}")
            said(f"  {name:14} failed: {reason}")

    def throughputs(self, able: Mapping[str, Contestant]) -> None:
        """Every engine through the same topic, round by round."""
        options, topic = self._options, "events"
        made = list(records(options.events, options.customers))
        expected = alerts(record.event for record in made)
        self._topics.create(topic)
        begun = time.perf_counter()
        asyncio.run(fill(self._server.address, topic, made))
        size = sum(len(encoded(record.event)) for record in made[:1000]) / len(made[:1000])
        said(
            f"{len(made):,} events of {size:.0f} bytes, {options.customers:,} customers, {len(expected):,} alerts; written in {time.perf_counter() - begun:.0f} s"
        )
        del made
        for number in range(options.rounds):
            said(f"round {number + 1}")
            for name, contestant in able.items():
                if contestant.keeps_up or number < options.slow:
                    self._attempt(name, partial(self._throughput, name, contestant, topic, expected))

    def _throughput(self, name: str, contestant: Contestant, topic: str, expected: Sequence[tuple[str, int]]) -> str:
        run: Throughput = asyncio.run(throughput(self._setting(name, contestant, topic), self._options.events, expected))
        self.results[name].throughput.append(run)
        return f"{run.rate:9,.0f} events/s  {run.cpu:6.1f} µs  broker {run.broker:5.1f} µs  {run.rss:5.0f} MB  {'right' if run.right else 'WRONG'}"

    def latencies(self, able: Mapping[str, Contestant]) -> None:
        """Every engine at the same rate, round by round."""
        options = self._options
        made = list(records(50_000, LIVE_CUSTOMERS))
        said(f"{options.rate:,} events a second")
        for _ in range(options.rounds if options.rate else 0):
            for name, contestant in able.items():
                if contestant.keeps_up:
                    self._attempt(name, partial(self._latency, name, contestant, made))

    def _latency(self, name: str, contestant: Contestant, made: Sequence[Record]) -> str:
        setting = self._setting(name, contestant, "")
        setting = replace(setting, input=f"{setting.run}-events")
        self._topics.create(setting.input)
        run: Latency = asyncio.run(latency(setting, made, self._options.rate, self._options.seconds))
        self.results[name].latency.append(run)
        return f"{run.rate:9,.0f} events/s  p50 {run.p50:6.0f} ms  p99 {run.p99:6.0f} ms  of {run.alerts:,} alerts"


def main(words: Sequence[str]) -> int:
    options = arguments(words)
    said(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with TemporaryDirectory(prefix="redthread-bench-") as folder:
        server = KafkaServer(Path(folder) / "kafka").start()
        try:
            bench = Bench(options, server, Path(folder))
            able = bench.install()
            bench.throughputs(able)
            bench.latencies(able)
        finally:
            server.kill()
    said("\n" + table(bench.results, OURS))
    said(verdict(bench.results, OURS, PEERS))
    return 0 if all(run.right for result in bench.results.values() for run in result.throughput) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
