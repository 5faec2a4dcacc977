"""The one table of a benchmark: medians over the rounds, and how many times our own figure each engine's is."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import NamedTuple

from tests.bench.engines.latency import Latency
from tests.bench.engines.throughput import Throughput

HEAD = ("engine", "events/s", "ratio", "CPU µs/event", "ratio", "broker µs", "RSS MB", "p50 ms", "p99 ms", "alerts")
MISSING = "-"


class Result(NamedTuple):
    """Of one engine."""

    title: str
    throughput: list[Throughput]
    latency: list[Latency]
    remarks: list[str]  # why something was not measured


def table(results: Mapping[str, Result], ours: str) -> str:
    """Readable as text and as Markdown."""
    own = results.get(ours)
    rows = [HEAD, *(_row(result, own) for result in results.values())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = [
        "| " + " | ".join(_aligned(cell, width, column) for column, (cell, width) in enumerate(zip(row, widths, strict=True))) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 1) + ("-" if not column else ":") for column, width in enumerate(widths)) + "|")
    remarks = [f"{result.title}: {remark}" for result in results.values() for remark in result.remarks]
    return "\n".join([*lines, *remarks])


def _aligned(cell: str, width: int, column: int) -> str:
    return cell.rjust(width) if column else cell.ljust(width)


def _row(result: Result, own: Result | None) -> tuple[str, ...]:
    runs = result.throughput
    if not runs:
        return (result.title, *[MISSING] * (len(HEAD) - 1))
    rate, cpu = median(run.rate for run in runs), median(run.cpu for run in runs)
    own_rate = median(run.rate for run in own.throughput) if own and own.throughput else None
    own_cpu = median(run.cpu for run in own.throughput) if own and own.throughput else None
    return (
        result.title,
        f"{rate:,.0f}",
        f"{rate / own_rate:.2f}" if own_rate else MISSING,
        f"{cpu:.1f}",
        f"{cpu / own_cpu:.2f}" if own_cpu else MISSING,
        f"{median(run.broker for run in runs):.1f}",
        f"{median(run.rss for run in runs):.0f}",
        f"{median(run.p50 for run in result.latency):.0f}" if result.latency else MISSING,
        f"{median(run.p99 for run in result.latency):.0f}" if result.latency else MISSING,
        "right" if all(run.right for run in runs) else "WRONG",
    )


def verdict(results: Mapping[str, Result], ours: str, peers: Sequence[str]) -> str:
    """Our processor time against the best of these peers."""
    measured = {
        name: median(run.cpu for run in results[name].throughput) for name in (ours, *peers) if name in results and results[name].throughput
    }
    own = measured.pop(ours, None)
    if own is None or not measured:
        return "nothing to compare with"
    best = min(measured, key=lambda name: measured[name])
    return f"CPU µs/event of {results[ours].title} is {own / measured[best]:.2f} of that of the best of the others, {results[best].title}"
