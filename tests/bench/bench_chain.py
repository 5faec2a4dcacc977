"""The whole chain on Kafka: events on a topic to rows and alerts in ClickHouse, with all shipped rules, one sink and one worker or more.

    python -m tests.bench.bench_chain --events 100000

Events a second and processor time per event, by process, while a backlog is worked off; then how long after an event its alert can be
read at half that rate, or at others: `--rate 1000 2000 4000`. A backlog costs less per event than a steady stream, because of a customer
with three events in it nobody judges three times; a rate is too high to last where rows fall behind by more than the sink gathers. With
`--known 20000 200000 1000000` the worker first recovers the states of so many customers, which is timed, and the events are about
all of them: so is seen whether the cost of an event grows with the number of customers.
"""

import argparse
import asyncio
import os
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.chain.events import records
from tests.bench.chain.load import Backlog, Delay, backlog, delay
from tests.bench.chain.preload import preload
from tests.bench.chain.world import world

FIRST = 60_000  # events before anything is measured: servers compile what they run, and most customers are known then
PER_WORKER = 4  # partitions: as `schemas.topics` advises, four times as many as workers
IDLE = 10.0  # seconds without events: clocks tick all the same
LATER = 50_000_000  # number of the first event about known customers: above every event of their states


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench_chain", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--partitions", type=int, default=0, help=f"of the internal topics; 0: {PER_WORKER} per worker")
    parser.add_argument("--known", type=int, nargs="*", default=[], help="numbers of customers whose states are there already")
    parser.add_argument(
        "--rate",
        type=int,
        nargs="*",
        default=[],
        help="events a second while the delay of alerts is measured; none: half of what was reached",
    )
    parser.add_argument("--seconds", type=float, default=20.0)
    return parser.parse_args()


def said(text: str) -> None:
    print(text, flush=True)


def table(runs: Sequence[tuple[str, Backlog]]) -> str:
    names = sorted(runs[0][1].costs)
    lines = [("", "events/s", "alerts", *(f"{name} µs" for name in names), "CPU µs/event")]
    for title, run in runs:
        parts = [run.micros(name) for name in names]
        lines.append((title, f"{run.rate:,.0f}", f"{run.alerts:,}", *(f"{part:.1f}" for part in parts), f"{sum(parts):.1f}"))
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def measure(folder: Path, events: int, customers: int, known: int) -> tuple[Backlog, float, str]:
    """One fresh world; the backlog, seconds until the worker was ready, and what else is to be said."""
    options = arguments()
    with world(folder, options.partitions or PER_WORKER * options.workers) as made:
        if known:
            said(preload(made, known))
        ready = made.start(options.workers)
        stream = records(known or customers, LATER if known else 0)
        backlog(made, stream, FIRST)
        run = backlog(made, stream, events)
        late = [late_at(asyncio.run(delay(made, stream, rate, options.seconds))) for rate in options.rate or [int(run.rate / 2)]]
        memory = ", ".join(f"{name} {size:.0f}" for name, size in sorted(made.memory().items()))
        rest = made.costs()
        time.sleep(IDLE)
        idle = ", ".join(f"{name} {(cost - rest[name]) / IDLE:.1%}" for name, cost in sorted(made.costs().items()))
        return run, ready, "; ".join([*late, f"MB: {memory}", f"of a core when idle: {idle}"])


def late_at(found: Delay) -> str:
    delays = f"p50 {found.p50:.0f} ms, p99 {found.p99:.0f} ms (judged after {found.judged:.0f}) of {found.alerts:,} alerts"
    return f"at {found.rate:,.0f} events/s: {delays}, rows {found.behind:.1f} s behind at the end"


def main() -> None:
    options = arguments()
    runs: list[tuple[str, Backlog]] = []
    said(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for known in options.known or [0]:
        title = f"{known or options.customers:,} customers"
        with TemporaryDirectory(prefix="redthread-bench-") as folder:
            run, ready, rest = measure(Path(folder), options.events, options.customers, known)
        said(f"{title}: ready after {ready:.1f} s; {rest}")
        runs.append((title, run))
    said(table(runs))
    first, last = runs[0][1], runs[-1][1]
    if len(runs) > 1:
        said(f"CPU per event, last to first: {sum(last.costs.values()) / last.events / (sum(first.costs.values()) / first.events):.2f}")


if __name__ == "__main__":
    main()
