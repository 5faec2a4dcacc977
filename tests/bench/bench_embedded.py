"""Files to ClickHouse with all shipped rules: how many events a second, at what cost in CPU and memory, and is it flat?

    python -m tests.bench.bench_embedded 100000 1000000
    python -m tests.bench.bench_embedded 200000 --rules one all --rounds 3 --workload demo   # the whole pack against one rule

Repeats the incidents of the BPI Challenge 2013 under new case numbers, writes them as one gzip XES file, and runs `redthread run` on it,
pipeline and embedded server each in a process of its own (or the exports of the simulated company). CPU counts on a busy machine, where events per second say little.
"""

import argparse
import gzip
import json
import os
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, product
from pathlib import Path
from statistics import median
from subprocess import PIPE, Popen
from typing import Any, NamedTuple

from schemas.strict import load_yaml
from streams.config import shipped
from streams.demo.generate import generate
from tests.data import SHARED
from tests.suite.commands import command

EXAMPLE = Path(__file__).parents[2] / "deploy" / "examples" / "bpic2013" / "redthread.yaml"
LOG = SHARED / "bpic2013" / "bpic2013_incidents.xes.gz"
TRACE = re.compile(rb"[ \t]*<trace>.*?</trace>\s*", re.DOTALL)
CASE = re.compile(rb'(<trace>\s*(?:<[^>]*>\s*)*?<string key="concept:name" value=")')
ALL, ONE = "all", "one"
THE_ONE = "ping_pong"  # the rule that stays when all others are switched off
LOOK = 0.2  # seconds between two looks at the memory
EVENTS_A_CUSTOMER = 49  # of the simulated company, without the heartbeats of its systems
TICK = os.sysconf("SC_CLK_TCK")
MB = 1 << 20


@dataclass(frozen=True)
class Result:
    """What one run cost."""

    events: int
    seconds: float  # of reading and judging, as the command measures it
    pipeline_cpu: float
    server_cpu: float
    pipeline_peak: float  # bytes
    server_peak: float
    both_peak: float
    alerts: int

    @property
    def rate(self) -> float:
        return self.events / self.seconds

    def micros(self, seconds: float) -> float:
        """Of this run, per event."""
        return seconds / self.events * 1e6


@dataclass
class Usage:
    """CPU seconds and memory of the processes of one run, read from /proc while it lasts."""

    pipeline: int
    folder: Path
    pipeline_cpu: float = 0.0
    server_cpu: float = 0.0
    pipeline_peak: float = 0.0
    server_peak: float = 0.0
    both_peak: float = 0.0

    def watch(self, ended: threading.Event) -> None:
        while not ended.wait(LOOK):
            self.look()

    def look(self) -> None:
        pipeline, server = _usage(self.pipeline), _usage(self._server())
        self.pipeline_cpu, self.server_cpu = max(self.pipeline_cpu, pipeline[0]), max(self.server_cpu, server[0])
        self.pipeline_peak, self.server_peak = max(self.pipeline_peak, pipeline[1]), max(self.server_peak, server[1])
        self.both_peak = max(self.both_peak, pipeline[1] + server[1])

    def _server(self) -> int:
        try:
            return int(json.loads((self.folder / "clickhouse" / "server.json").read_text())["pid"])
        except (OSError, ValueError):
            return 0


def _usage(process: int) -> tuple[float, float]:
    """CPU seconds so far and resident bytes; zeros for a process that is not there."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        resident = int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0.0, 0.0
    return (int(fields[11]) + int(fields[12])) / TICK, float(resident)


def write_log(path: Path, events: int) -> int:
    """At least so many events, whole traces, every repetition under new case numbers; how many there are."""
    log = gzip.decompress(LOG.read_bytes())
    traces = [found.group() for found in TRACE.finditer(log)]
    written = 0
    with gzip.open(path, "wb", 1) as file:
        file.write(log[: log.index(traces[0])])
        for trace in _repeated(traces):
            file.write(trace)
            written += trace.count(b"<event>")
            if written >= events:
                break
        file.write(b"</log>\n")
    return written


def _repeated(traces: Sequence[bytes]) -> Iterator[bytes]:
    for repetition in count():
        for trace in traces:
            yield CASE.sub(rb"\g<1>%d-" % repetition, trace, count=1) if repetition else trace


class Workload(NamedTuple):
    """A company, what it is given, and what must come of it."""

    company: Path
    files: Path
    timeline_rows: int
    dead_letters: int


def incidents(place: Path, events: int, rules: str) -> Workload:
    """The example with all shipped rules on top of its own three, or with a single one of them."""
    log = place / "incidents.xes.gz"
    written = load_yaml(EXAMPLE.read_text(encoding="utf-8"), str(EXAMPLE)) | {"pack": "standard"}
    return Workload(_company(place / "redthread.yaml", written, rules), log, write_log(log, events), 0)


def demo(place: Path, events: int, rules: str) -> Workload:
    """The company of `redthread demo`, so many customers of it: all five departments, every rule has something to look at."""
    made = generate(1, max(events // EVENTS_A_CUSTOMER, 300), 90, place / "demo")
    counts = json.loads(made.truth.read_text(encoding="utf-8"))["counts"]
    written = load_yaml(made.company.read_text(encoding="utf-8"), str(made.company))
    rows = counts["touchpoints"] - counts["duplicates"]
    return Workload(_company(made.company, written, rules), made.exports, rows, sum(counts["dead_letters"].values()))


WORKLOADS = {"incidents": incidents, "demo": demo}


def _company(path: Path, written: dict[str, Any], rules: str) -> Path:
    if rules != ALL:
        kept = THE_ONE if rules == ONE else rules
        own = written.get("rules", {})
        known = shipped()["rules"] | own
        if kept not in known:
            raise SystemExit(f"--rules {rules}: not one of {', '.join((ALL, ONE, *sorted(known)))}")
        others = {name: "off" for name in shipped()["rules"] if name != kept}
        written["rules"] = {name: rule for name, rule in own.items() if name == kept} | others
    path.write_text(json.dumps(written), encoding="utf-8")  # which is YAML as well
    return path


def measure(place: Path, workload: Workload) -> Result:
    """One run, in a folder that is removed afterwards."""
    data = place / "data"
    process = Popen(command("run", "--company", workload.company, "--data", data, "--json", workload.files), stdout=PIPE)
    usage, ended = Usage(process.pid, data), threading.Event()
    watcher = threading.Thread(target=usage.watch, args=(ended,))
    watcher.start()
    output, _ = process.communicate()
    ended.set()
    watcher.join()
    shutil.rmtree(data, ignore_errors=True)
    summary = json.loads(output)
    assert (summary["timeline_rows"], summary["dead_letters"]) == (workload.timeline_rows, workload.dead_letters), summary
    return Result(
        summary["read"],
        summary["seconds"],
        usage.pipeline_cpu,
        usage.server_cpu,
        usage.pipeline_peak,
        usage.server_peak,
        usage.both_peak,
        summary["alerts"],
    )


ROWS = (
    ("events", lambda r: f"{r.events:,}"),
    ("alerts", lambda r: f"{r.alerts:,}"),
    ("seconds", lambda r: f"{r.seconds:.1f}"),
    ("events/s", lambda r: f"{r.rate:,.0f}"),
    ("CPU µs/event, pipeline", lambda r: f"{r.micros(r.pipeline_cpu):.1f}"),
    ("CPU µs/event, ClickHouse", lambda r: f"{r.micros(r.server_cpu):.1f}"),
    ("peak MB, pipeline", lambda r: f"{r.pipeline_peak / MB:.0f}"),
    ("peak MB, ClickHouse", lambda r: f"{r.server_peak / MB:.0f}"),
    ("peak MB, both", lambda r: f"{r.both_peak / MB:.0f}"),
)


def table(results: Sequence[Result]) -> Iterator[str]:
    """A column per run, and the cost per event of the last against the first."""
    for name, shown in ROWS:
        yield f"{name:<26}" + "".join(f"{shown(result):>14}" for result in results)
    first, last = results[0], results[-1]
    if first is not last:
        wall = (last.seconds / last.events) / (first.seconds / first.events)
        cpu = last.micros(last.pipeline_cpu + last.server_cpu) / first.micros(first.pipeline_cpu + first.server_cpu)
        yield f"per event, last to first: {wall:.2f} of the time, {cpu:.2f} of the CPU"


def compared(results: Mapping[str, Sequence[Result]]) -> Iterator[str]:
    """What the others cost against the first; the rounds of a pair ran one after the other, so their ratios are taken pair by pair."""
    first, *others = results
    for other in others:
        pairs = list(zip(results[other], results[first], strict=True))
        rate = median(mine.rate / theirs.rate for mine, theirs in pairs)
        cpu = median(_cpu(theirs) / _cpu(mine) for mine, theirs in pairs)
        yield f"rules {other} against {first}: {rate:.2f} of the events/s, {cpu:.2f} by CPU (medians of {len(pairs)} rounds)"


def _cpu(result: Result) -> float:
    return result.micros(result.pipeline_cpu + result.server_cpu)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("events", type=int, nargs="*", default=[100_000])
    parser.add_argument(
        "--rules", nargs="+", default=[ALL], metavar="RULES", help="all, one (ping_pong), or the name of a rule; several in turn"
    )
    parser.add_argument("--workload", choices=WORKLOADS, default="incidents", help="the incident log, or the company of redthread demo")
    parser.add_argument("--rounds", type=int, default=1, help="how often each is measured")
    given = parser.parse_args()
    results: dict[str, list[Result]] = {rules: [] for rules in given.rules}
    for _, events, rules in product(range(given.rounds), given.events, given.rules):
        with tempfile.TemporaryDirectory(prefix="redthread-bench-") as place:
            began = time.monotonic()
            results[rules].append(measure(Path(place), WORKLOADS[given.workload](Path(place), events, rules)))
            print(f"{events:,} events, rules {rules}: {time.monotonic() - began:.0f} s with writing the file", flush=True)
    for rules, measured in results.items():
        print("\n".join((f"rules: {rules}", *table(measured))))
    print("\n".join(compared(results)))


if __name__ == "__main__":
    main()
