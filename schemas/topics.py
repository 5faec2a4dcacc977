"""Every topic of Redthread in one table: what it holds, how many partitions it has, and how long it keeps what.

`redthread.<domain>.<kind>.v<N>`; the prefix is the company's to choose. Internal topics all have the same number of partitions, for
ever: the partition of a key is its murmur2 hash modulo that number, and states live where their keys do. Public ones have fewer.

Nothing public is compacted. The highest version is the truth, never the last arrival: after a crash an older version may be published
again behind a newer one, and compaction would keep just that. That holds for contact policies too, although only the newest of a
customer matters: who begins to read them takes the view `contact_policy` first, and follows the topic from then on.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from msgspec import Struct

PREFIX = "redthread"
PARTITIONS = 8  # four to eight times as many as there will ever be workers
REPLICATION = 3
PUBLISHED = 4  # partitions of ours that share one of a public topic: an insert costs ClickHouse tens of milliseconds, whatever it holds
LARGEST = 8 << 20  # bytes of one message
LARGEST_RECORD = LARGEST // 8  # of a source: in JSON a character may take six bytes, and the rest needs room
_MINUTE, _HOUR, _DAY = 60_000, 3_600_000, 86_400_000  # milliseconds

# Changelogs are read in full by a worker that lost its folder, so they are compacted early; a folder that was away for longer than
# `delete.retention.ms` could bring deleted keys back.
COMPACTION: Mapping[str, str] = {
    "min.cleanable.dirty.ratio": "0.1",
    "segment.ms": str(10 * _MINUTE),
    "segment.bytes": str(64 << 20),
    "max.compaction.lag.ms": str(_HOUR),
    "delete.retention.ms": str(7 * _DAY),
}


class Kind(NamedTuple):
    """One row of the table."""

    holds: str
    public: bool = False  # nothing lives there by its key, so few partitions do
    single: bool = False  # one partition, whatever the others have
    retention: int = 7 * _DAY  # -1: for ever


KINDS: Mapping[str, Kind] = {
    "identify.inbox": Kind("touchpoints and links on their way to an identifier; ticks"),
    "customer.inbox": Kind("touchpoints, joins and hand-overs on their way to a family; ticks"),
    "commands.requests": Kind("what people say about alerts and identity: CloudEvents, kept for ever", retention=-1),
    "time.reports": Kind("how far sources and stages have come; read by the one that keeps the time", single=True, retention=_HOUR),
    "timeline.entries": Kind("rows of the customer timeline", public=True),
    "identity.changes": Kind("to which customer an identifier belongs from now on", public=True),
    "journeys.changes": Kind("journeys, whenever they change", public=True),
    "alerts.changes": Kind("alerts, whenever they change", public=True, single=True),  # few, and each is written at once: see PUBLISHED
    "contact.policies": Kind("which contacts would break a rule now, per customer, whenever that changes", public=True),
    "ingest.dead-letters": Kind("input that cannot be used, with the reason", public=True, retention=30 * _DAY),
}
TABLES: Mapping[str, bool] = {"identify": False, "customer": False, "time": True}  # name -> has a single partition


class Topic(Struct, frozen=True):
    """A topic as the broker has to know it."""

    name: str
    partitions: int
    config: dict[str, str]
    holds: str
    public: bool = False


class Topics(Struct, frozen=True):
    """The topics of one installation."""

    prefix: str = PREFIX
    partitions: int = PARTITIONS
    replication: int = REPLICATION

    def named(self, kind: str) -> str:
        """`timeline.entries` -> `redthread.timeline.entries.v1`; raises `KeyError` for what is not in the table."""
        _ = KINDS[kind]
        return f"{self.prefix}.{kind}.v1"

    @property
    def identify(self) -> str:
        return self.named("identify.inbox")

    @property
    def customer(self) -> str:
        return self.named("customer.inbox")

    @property
    def commands(self) -> str:
        return self.named("commands.requests")

    @property
    def time(self) -> str:
        return self.named("time.reports")

    @property
    def app(self) -> str:
        """The consumer group of the workers; the names of the changelogs begin with it."""
        return f"{self.prefix}-worker"

    def changelog(self, table: str) -> str:
        """Where a table's writes are kept."""
        return f"{self.app}-{table}-changelog"

    @property
    def public(self) -> dict[str, str]:
        """Kind -> name of the topics that others may read."""
        return {kind: self.named(kind) for kind, row in KINDS.items() if row.public}

    @property
    def sinks(self) -> dict[str, list[str]]:
        """Consumer group -> the public topics that it writes. All consumers of a group read the same: Kafka's clients are unsure otherwise."""
        alerts = self.named("alerts.changes")
        others = sorted(set(self.public.values()) - {alerts})
        return {f"{self.prefix}-sink": others, f"{self.prefix}-sink-alerts": [alerts]}

    def partitions_of(self, kind: str) -> int:
        """How many its topic has; raises `KeyError` for what is not in the table."""
        row = KINDS[kind]
        if row.single:
            return 1
        return max(self.partitions // PUBLISHED, 1) if row.public else self.partitions

    def all(self) -> Iterator[Topic]:
        """Every topic, changelogs too."""
        for kind, row in KINDS.items():
            config = {"cleanup.policy": "delete", "retention.ms": str(row.retention)} | self._common()
            if 0 < row.retention < _DAY:  # a few messages a second: without this the first hour would stay for a week
                config["segment.ms"] = str(10 * _MINUTE)
            yield Topic(self.named(kind), self.partitions_of(kind), config, row.holds, row.public)
        for table, single in TABLES.items():
            config = {"cleanup.policy": "compact", **COMPACTION} | self._common()
            yield Topic(self.changelog(table), 1 if single else self.partitions, config, f"the states of `{table}`")

    def _common(self) -> dict[str, str]:
        return {"min.insync.replicas": str(min(2, self.replication)), "max.message.bytes": str(LARGEST)}
