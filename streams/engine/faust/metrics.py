"""What a worker counts about itself, for Prometheus. Faust's own sensors count chunks, which says nothing."""

from collections.abc import Iterable
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from schemas.alert import Alert
from schemas.clock import SourceReport
from schemas.dead_letter import DeadLetter
from schemas.envelope import FORMS
from schemas.identity import Join
from streams.stages.step import Send

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)  # seconds; a chunk over 5 s delays a rebalance


class Metrics:
    """A registry of its own, so that two apps in one process do not meet."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._records = Counter("redthread_records", "Records handled", ["stage", "topic"], registry=registry)
        self._seconds = Histogram(
            "redthread_chunk_seconds", "From the start of a chunk to its acknowledgement", ["stage"], buckets=BUCKETS, registry=registry
        )
        self._published = Counter("redthread_published", "Messages published", ["kind"], registry=registry)
        self._dead_letters = Counter("redthread_dead_letters", "Input that could not be used", ["source", "reason"], registry=registry)
        self._alerts = Counter("redthread_alert_changes", "Changes of alerts", ["rule", "change"], registry=registry)
        self._merges = Counter("redthread_merges", "Families that were asked to join another one", registry=registry)
        self.lag = Gauge("redthread_lag_records", "Records not handled yet", ["topic", "partition"], registry=registry)
        self._behind = Gauge(
            "redthread_behind_seconds", "How far the clock of a partition is behind the wall", ["topic", "partition"], registry=registry
        )
        self.waiting = Gauge("redthread_waiting_families", "Families that wait for a tick", registry=registry)
        self.recovery = Gauge("redthread_recovery_records", "Changelog records still to be read", registry=registry)
        self.rebalances = Gauge("redthread_rebalances", "Rebalances since the start", registry=registry)
        self.assigned = Gauge("redthread_assigned_partitions", "Partitions of inputs that this worker owns", registry=registry)
        self.ready = Gauge("redthread_ready", "1 while the worker does its work", registry=registry)

    def chunk(self, stage: str, tp: Any, records: int, seconds: float) -> None:
        """A chunk has been handled."""
        self._records.labels(stage, tp.topic).inc(records)
        self._seconds.labels(stage).observe(seconds)

    def partitions(self, lags: Iterable[tuple[Any, int | None]]) -> None:
        """How far every partition that is owned now is behind its log; those that are not any more are forgotten."""
        self.lag.clear()
        for tp, lag in lags:
            if lag is not None:
                self.lag.labels(tp.topic, tp.partition).set(lag)

    def clocks(self, reports: Iterable[SourceReport], now: int) -> None:
        """How far the partitions of the sources have come; `now` in microseconds."""
        self._behind.clear()
        for report in reports:
            if report.now:
                self._behind.labels(report.topic, report.partition).set(max(now - report.now, 0) / 1_000_000)

    def outputs(self, stage: str, outputs: Iterable[Any]) -> None:
        """What a chunk has come to."""
        counts: dict[type, int] = {}
        for output in outputs:
            kind = output.__class__
            if kind is Send:
                if output.message.__class__ is Join:
                    self._merges.inc()
                continue
            counts[kind] = counts.get(kind, 0) + 1
            if kind is DeadLetter:
                self._dead_letters.labels(output.source, output.reason).inc()
            elif kind is Alert:
                self._alerts.labels(output.rule, output.change).inc()
        for kind, count in counts.items():
            if kind in FORMS:
                self._published.labels(FORMS[kind].topic).inc(count)
