"""`python -m tests.chaos.run`: load a company's events on Kafka, break everything again and again, let it settle, compare with the truth.

The exit code is 0 only when every table is as if nothing had happened. The seed decides what is sent and what is broken in which order;
the moments depend on the machine, as they do in life.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.chaos.cluster import Cluster
from tests.chaos.disasters import DISASTERS, following
from tests.chaos.load import load, simulate
from tests.chaos.oracle import judge
from tests.chaos.sender import Sender
from tests.chaos.verdict import Verdict, compare, shown
from tests.servers.installation import with_topics

SECRET = "the key of the chaos"
PAUSE = (1.0, 6.0)  # seconds between two disasters
LOOK = 0.2  # seconds between two looks whether everybody has started
RATE = 200  # records a second: two cores also run the servers, and a restart must not leave more than it can catch up with
SETTLE, SETTLE_SHARE = 240.0, 0.5  # seconds in which everything must come to rest, and more for a longer run
KILLS = ("killed", "frozen", "replaced")


@dataclass
class Report:
    """What was done and what came of it."""

    seed: int
    minutes: float
    brokers: int
    done: Counter[str] = field(default_factory=Counter)
    died: Counter[str] = field(default_factory=Counter)
    records: int = 0
    settled_after: float = 0.0
    verdict: Verdict | None = None
    failure: str = ""

    @property
    def is_equal(self) -> bool:
        """As if nothing had happened."""
        return not self.failure and self.verdict is not None and not self.verdict.differences

    @property
    def kills(self) -> int:
        """Without a warning."""
        return sum(count for name, count in self.done.items() if name.endswith(KILLS))

    def __str__(self) -> str:
        kinds = ", ".join(f"{count} {name}" for name, count in sorted(self.done.items()))
        died = ", ".join(f"{count} {name}" for name, count in sorted(self.died.items())) or "none"
        rows, wrong = (self.verdict.rows, len(self.verdict.differences)) if self.verdict else (0, 0)
        result = "EQUAL" if self.is_equal else self.failure or "DIFFERENT"
        return (
            f"chaos: {result}: seed {self.seed}, {self.minutes:g} min, {self.brokers} broker(s), {self.kills} kills ({kinds}); ended by themselves: {died}; "
            f"{self.records:,} records, {rows:,} rows compared, {wrong:,} differences; at rest after {self.settled_after:.0f} s"
        )


def chaos(seed: int, minutes: float, brokers: int, folder: Path, told: Callable[[str], None], rate: int = RATE) -> Report:
    """Run it; everything that was started is gone afterwards, what it wrote is left in `folder`."""
    report, cluster = Report(seed, minutes, brokers), Cluster(folder, brokers)
    try:
        _run(report, cluster, folder, told, round(rate * minutes * 60))
    except (OSError, RuntimeError, TimeoutError) as error:
        report.failure = f"FAILED: {error}"
    finally:
        cluster.close()
    report.died = cluster.died
    return report


def _run(report: Report, cluster: Cluster, folder: Path, told: Callable[[str], None], records: int) -> None:
    company = simulate(report.seed, records, folder / "demo")
    cluster.open(with_topics(company.company, folder / "company", "company"), SECRET)
    values = load(cluster.installation.loaded, company.exports, report.seed, records)
    report.records = len(values)
    told(f"{len(values):,} records in {report.minutes:g} minutes, seed {report.seed}, servers {','.join(cluster.servers)}")
    sender = Sender(cluster.servers, values, report.minutes * 60)
    sender.start()
    _break_things(report, cluster, sender, told)
    sender.join(report.minutes * 60)
    if sender.failed or sender.is_alive():
        raise RuntimeError(f"the load could not be sent: {sender.failed[:1]}")
    cluster.supervise()
    report.settled_after = settled(cluster, SETTLE + SETTLE_SHARE * report.minutes * 60, told)
    report.verdict = judged(cluster, folder, len(values), told)


def _break_things(report: Report, cluster: Cluster, sender: Sender, told: Callable[[str], None]) -> None:
    chance = random.Random(report.seed)
    following_one, started, end = following(chance), time.monotonic(), time.monotonic() + report.minutes * 60
    time.sleep(min(5.0, report.minutes * 10))  # something must be under way
    while time.monotonic() < end and sender.is_alive():
        name = following_one()
        said = DISASTERS[name][0](cluster, chance)
        report.done[name] += 1
        cluster.supervise()
        told(f"{time.monotonic() - started:6.0f} s  {sender.sent:>9,} sent  {name}: {said}")
        time.sleep(chance.uniform(*PAUSE))
        cluster.supervise()


def settled(cluster: Cluster, within: float, told: Callable[[str], None]) -> float:
    """Wait until all is at rest, and stop everything; seconds until it was."""
    began, last = time.monotonic(), [0.0]

    def look(why: str) -> None:
        cluster.supervise()
        if time.monotonic() - last[0] > 5.0:
            last[0] = time.monotonic()
            told(f"settling: {why}")

    cluster.installation.positions.settle(within, look)
    after = time.monotonic() - began
    while starting := cluster.installation.starting():  # all may be done before one that ended is here again
        if time.monotonic() - began > within:
            raise TimeoutError(f"{starting} did not start within {within:.0f} s")
        look(f"{', '.join(starting)} still starting")
        time.sleep(LOOK)
    codes = cluster.installation.stop()
    if any(codes.values()):
        raise RuntimeError(f"stopped with exit codes {codes}")
    return after


def judged(cluster: Cluster, folder: Path, records: int, told: Callable[[str], None]) -> Verdict:
    """Compare every table with the oracle's; `records` were sent."""
    told("comparing with the embedded engine over the same records")
    oracle, installation = replace(cluster.address, database="oracle"), cluster.installation
    read = judge(installation.loaded, installation.sources, ",".join(cluster.servers), oracle, SECRET)
    verdict = compare(cluster, oracle, folder, records)
    told(f"{read:,} records judged by the oracle, {verdict.alerts:,} changes of alerts on their topic")
    for line in shown(verdict.differences):
        told(line)
    return verdict


def main(words: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=None, help="left out: another one every time")
    parser.add_argument("--brokers", type=int, default=1, choices=(1, 3))
    parser.add_argument("--rate", type=int, default=RATE, help="records a second")
    parser.add_argument("--folder", type=Path, default=None, help="where everything is left to be looked at; left out: a new one")
    given: Any = parser.parse_args(words)
    seed = random.SystemRandom().randrange(1 << 31) if given.seed is None else given.seed
    folder = given.folder or Path(tempfile.mkdtemp(prefix="redthread-chaos-"))
    report = chaos(seed, given.minutes, given.brokers, folder, lambda line: print(line, flush=True), given.rate)
    print(f"logs and data: {folder}", flush=True)
    print(report, flush=True)
    return 0 if report.is_equal else 1


if __name__ == "__main__":
    sys.exit(main())
