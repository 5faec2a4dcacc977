"""`python -m tests.chaos.outage --seconds 300`: ClickHouse is away under load for so long, and comes back.

The exit code is 0 only when every table is as if nothing had happened, and when the sinks said what was going on: their lag grew for
as long as it lasted, their logs named the reason, and said when it was over.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families

from tests.chaos.cluster import SINKS, Cluster
from tests.chaos.load import load, simulate
from tests.chaos.run import SECRET, judged, settled
from tests.chaos.sender import Sender
from tests.chaos.verdict import Verdict
from tests.servers.installation import with_topics

AROUND = 8.0  # seconds of load before and after
RATE = 40  # records a second: what ClickHouse has to catch up with is not what is tested
START, SETTLE = 60.0, 180.0  # seconds
WAITED, OVER = "clickhouse does not take the batch", "clickhouse takes batches again"
GREW = 0.5  # of the records sent meanwhile: some are read by the workers after the last look


@dataclass
class Report:
    """`lags` are the messages that waited for the sinks, as their metrics said, second by second; `said` counts lines of their logs."""

    seconds: float
    rate: int
    records: int = 0
    before: float = 0.0
    lags: list[float] = field(default_factory=list)
    tries: float = 0.0
    said: dict[str, int] = field(default_factory=dict)
    caught_up_after: float = 0.0
    verdict: Verdict | None = None

    @property
    def has_grown(self) -> bool:
        """The metric told of the outage."""
        return max(self.lags) - self.before >= GREW * self.rate * self.seconds and self.tries > 0

    @property
    def is_good(self) -> bool:
        """Nothing lost, nothing doubled, and nobody kept in the dark."""
        return self.verdict is not None and not self.verdict.differences and self.has_grown and all(self.said.values())

    def __str__(self) -> str:
        rows, wrong = (self.verdict.rows, len(self.verdict.differences)) if self.verdict else (0, 0)
        said = ", ".join(f"{count} x {line!r}" for line, count in self.said.items())
        return (
            f"outage: {'GOOD' if self.is_good else 'BAD'}: ClickHouse away for {self.seconds:.0f} s at {self.rate} records/s; lag {self.before:.0f} -> "
            f"{max(self.lags, default=0):,.0f} messages, up to {self.tries:.0f} tries; the logs said {said}; caught up {self.caught_up_after:.1f} s after it "
            f"was back; {self.records:,} records, {rows:,} rows compared, {wrong:,} differences"
        )


def outage(seed: int, seconds: float, rate: int, folder: Path, told: Callable[[str], None]) -> Report:
    """Run it; everything that was started is gone afterwards."""
    report, cluster = Report(seconds, rate), Cluster(folder, 1)
    records = round(rate * (seconds + 2 * AROUND))
    try:
        company = simulate(seed, records, folder / "demo")
        cluster.open(with_topics(company.company, folder / "company", "company"), SECRET)
        values = load(cluster.installation.loaded, company.exports, seed, records)
        report.records = len(values)
        _started(cluster)
        sender = Sender(cluster.servers, values, seconds + 2 * AROUND)
        sender.start()
        _take_away(report, cluster, told)
        sender.join(seconds + 4 * AROUND)
        if sender.failed or sender.is_alive():
            raise RuntimeError(f"the load could not be sent: {sender.failed[:1]}")
        settled(cluster, SETTLE, told)
        report.said = {line: _count(cluster, line) for line in (WAITED, OVER)}
        report.verdict = judged(cluster, folder, len(values), told)
    finally:
        cluster.close()
    return report


def _take_away(report: Report, cluster: Cluster, told: Callable[[str], None]) -> None:
    time.sleep(AROUND)
    report.before = _metric(cluster, "redthread_sink_lag")
    cluster.clickhouse.kill()
    told(f"ClickHouse is away, {report.before:.0f} messages wait")
    end = time.monotonic() + report.seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(1.0, left))
        report.lags.append(_metric(cluster, "redthread_sink_lag"))
        report.tries = max(report.tries, _metric(cluster, "redthread_sink_waiting"))
        if len(report.lags) % 10 == 0:
            told(f"{len(report.lags):4} s  {report.lags[-1]:,.0f} messages wait, try {report.tries:.0f}")
    cluster.clickhouse.ensure()
    told("ClickHouse is back")
    began = time.monotonic()
    waited = cluster.installation.positions.sink_lag()
    while cluster.installation.positions.sink_lag() > max(report.before, report.rate * 10) and time.monotonic() - began < SETTLE:
        time.sleep(0.25)
    report.caught_up_after = time.monotonic() - began
    told(f"{waited:,} messages were caught up with in {report.caught_up_after:.1f} s")


def _started(cluster: Cluster) -> None:
    """Wait until every sink can be asked."""
    limit = time.monotonic() + START
    while True:
        with suppress(OSError):
            _metric(cluster, "redthread_sink_waiting")
            return
        if time.monotonic() > limit or cluster.installation.ended():
            raise TimeoutError(f"the sinks do not start: {[cluster.installation.log(sink) for sink in SINKS]}")
        time.sleep(0.2)


def _metric(cluster: Cluster, name: str) -> float:
    """Summed over all sinks and partitions."""
    total = 0.0
    for sink in SINKS:
        with urlopen(f"http://127.0.0.1:{cluster.metrics[sink]}/metrics", timeout=5) as answer:
            text = answer.read().decode()
        total += sum(sample.value for family in text_string_to_metric_families(text) for sample in family.samples if sample.name == name)
    return total


def _count(cluster: Cluster, event: str) -> int:
    """How often the sinks said so; 0 when one of them never did."""
    counts = []
    for sink in SINKS:
        lines = (cluster.installation.folder / f"{sink}.log").read_text().splitlines()
        counts.append(sum(json.loads(line).get("event") == event for line in lines if line.startswith("{")))
    return sum(counts) if all(counts) else 0


def main(words: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="outage", description=__doc__)
    parser.add_argument("--seconds", type=float, default=300.0, help="how long it is away")
    parser.add_argument("--rate", type=int, default=RATE, help="records a second")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=None, help="where everything is left to be looked at; left out: a new one")
    given: Any = parser.parse_args(words)
    folder = given.folder or Path(tempfile.mkdtemp(prefix="redthread-outage-"))
    report = outage(given.seed, given.seconds, given.rate, folder, lambda line: print(line, flush=True))
    print(f"logs and data: {folder}", flush=True)
    print(report, flush=True)
    return 0 if report.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
