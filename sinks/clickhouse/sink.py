"""Writes published messages to ClickHouse: in batches, each exactly once, waiting as long as it takes.

A batch has a token; the server drops the repetition of a token that it knows. The token carries a hash of the lines as well: a token
that is used again for other content would otherwise lose that content without a word. It carries the life of the server too, because a
server that was killed may know a token whose rows it does not have. Beyond that, and beyond the server's memory for tokens, the tables
themselves keep one row per key and version.

What the server cannot take for now (a restart, a full disk, too many parts) is tried again for ever. A row that its columns cannot
take becomes a dead letter and the rest of its batch is written. Everything else is a bug and raises before anything is acknowledged.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, NamedTuple

from clickhouse_driver import Client

from schemas.dead_letter import DeadLetter
from schemas.plain import Published
from schemas.timeline import TimelineEntry
from sinks.clickhouse.address import Address, connect
from sinks.clickhouse.errors import classify, sentence
from sinks.clickhouse.inserts import INSERTS, Insert
from sinks.clickhouse.rows import Unwritable, unwritten

SCHEMA_VERSION = 1  # part of every token: other SQL for the same messages must not be taken for a repetition
FIRST_WAIT, LONGEST_WAIT = 0.1, 30.0  # seconds between two tries, doubled every time
FEW = 200  # messages: making their values costs this side less than reading the statement costs the server
BLOCK_ROWS, BLOCK_BYTES = 50_000, 32 << 20  # per insert: larger ones are no faster and need more memory on both sides
# `deduplicate_insert` is 26.x's word for what `insert_deduplicate` was; the batch is complete, so nothing is gained by the server
# collecting inserts. Months are not limited: a backfill of ten years is no mistake.
SETTINGS: Mapping[str, Any] = {
    "async_insert": 0,
    "deduplicate_blocks_in_dependent_materialized_views": 1,
    "deduplicate_insert": "enable",
    "distributed_foreground_insert": 1,
    "max_partitions_per_insert_block": 0,
}


class Retry(NamedTuple):
    """The server cannot take a batch for now."""

    attempt: int
    error: str
    wait: float  # seconds until the next try


class Batch(NamedTuple):
    """Lines for one table, with the messages that they were made of."""

    insert: Insert
    token: str
    lines: Sequence[bytes]
    messages: Sequence[Published]


@dataclass
class ClickHouseSink:
    """Not thread-safe: one sink per thread."""

    address: Address
    on_retry: Callable[[Retry], None] = lambda _: None
    sleep: Callable[[float], None] = time.sleep
    _client: Client = field(init=False, repr=False)
    _life: str = field(init=False, default="")  # of the server that we are connected with; empty: not asked yet
    _complete: list[tuple[Any, ...]] = field(init=False, default_factory=list)  # batches that are in and not listed yet

    def __post_init__(self) -> None:
        self._client = connect(self.address, reconnects=False)  # so that no other life of the server goes unnoticed

    def write(self, token: str, outputs: Iterable[Published]) -> tuple[DeadLetter, ...]:
        """`insert` one batch, and list it."""
        made = self.insert(token, outputs)
        self.list_complete()
        return made

    def insert(self, token: str, outputs: Iterable[Published]) -> tuple[DeadLetter, ...]:
        """Write a batch; the same token and outputs again change nothing. Returns the dead letters it had to make; they are written too."""
        by_type: dict[type[Published], list[Any]] = {insert.message: [] for insert in INSERTS}
        for message in outputs:
            by_type[type(message)].append(message)
        made: list[DeadLetter] = []
        for insert in INSERTS:
            messages = by_type[insert.message]
            if insert.message is DeadLetter:
                messages.extend(made)
            for batch in _batches(insert, token, messages, made):
                made.extend(self._write(batch))
        if any(by_type.values()):
            self._complete.append((token, *(len(messages) for messages in by_type.values()), datetime.now(UTC)))
        return tuple(made)

    def refresh(self) -> None:
        """Make the views see the identity changes and conflicts that were written; costs a scan of both."""
        for dictionary in ("identity_overrides", "event_conflicts"):
            self.insist(lambda name=dictionary: self._client.execute(f"SYSTEM RELOAD DICTIONARY {self.address.database}.{name}"))  # type: ignore[misc]

    def close(self) -> None:
        self._disconnect()

    def _disconnect(self) -> None:
        """Whom we connect with next may live another life."""
        self._client.disconnect()
        self._life = ""

    def _write(self, batch: Batch) -> Iterator[DeadLetter]:
        """Bisects down to the rows at fault; the halves have tokens of their own, and the same ones on every run."""
        token = f"{batch.token}:{batch.insert.table}:{SCHEMA_VERSION}:{_hash(batch.lines)}"
        few = batch.insert.few if len(batch.messages) <= FEW else None
        sql = (batch.insert if few is None else few).sql.format(database=self.address.database)
        data = [batch.lines] if few is None else [few.row(message) for message in batch.messages]
        try:
            self.insist(lambda: self._client.execute(sql, data, columnar=few is None, settings=self._settings(token)))
        except Exception as error:
            if classify(error) != "split" or batch.insert.message is not TimelineEntry:
                raise
            if len(batch.lines) == 1:
                yield _rejected(batch.messages[0], error)
                return
            middle = len(batch.lines) // 2
            for part in (slice(None, middle), slice(middle, None)):
                yield from self._write(batch._replace(lines=batch.lines[part], messages=batch.messages[part]))

    def _settings(self, token: str) -> Mapping[str, Any]:
        """See 0025_life_of_the_server.sql."""
        if not self._life:
            [(self._life,)] = self._client.execute(f"SELECT toString(dictGet('{self.address.database}.server_life', 'life', 0))")
        return {**SETTINGS, "insert_deduplication_token": f"{self._life}:{token}"}

    def list_complete(self) -> None:
        """List the batches that were inserted since, in one insert: a batch that is listed is complete.

        The list is for people: after a crash the last ones may be missing. The table keeps one row per token.
        """
        rows, self._complete = self._complete, []
        if rows:
            columns = "token, timeline, identity, journeys, alerts, policies, dead_letters, written_at"
            sql = f"INSERT INTO {self.address.database}.ingest_batches ({columns}) VALUES"
            self.insist(lambda: self._client.execute(sql, rows, settings=SETTINGS))

    def insist(self, call: Callable[[], object]) -> None:
        """Call it until the server takes it; what waiting cannot mend is raised."""
        attempt, wait = 1, FIRST_WAIT
        if self._client.connection.connected and not self._client.connection.ping():
            self._disconnect()  # closed while nobody needed it, which is no trouble
        while True:
            try:
                call()
                return
            except Exception as error:
                self._disconnect()  # half an answer may still be in the connection
                if classify(error) != "retry":
                    raise
                self.on_retry(Retry(attempt, sentence(error), wait))
            self.sleep(wait)
            attempt, wait = attempt + 1, min(wait * 2, LONGEST_WAIT)


def _batches(insert: Insert, token: str, messages: Sequence[Published], faults: list[DeadLetter]) -> Iterator[Batch]:
    """Blocks of bounded size; a message that no column can take is put into `faults` instead."""
    lines: list[bytes] = []
    kept: list[Published] = []
    size = 0
    for message in messages:
        try:
            line = insert.line(message)
        except Unwritable as fault:
            faults.append(unwritten(message, fault))  # type: ignore[arg-type]
            continue
        lines.append(line)
        kept.append(message)
        size += len(line)
        if len(lines) == BLOCK_ROWS or size >= BLOCK_BYTES:
            yield Batch(insert, token, lines, kept)
            lines, kept, size = [], [], 0
    if lines:
        yield Batch(insert, token, lines, kept)


def _rejected(message: Published, error: Exception) -> DeadLetter:
    assert isinstance(message, TimelineEntry)
    return unwritten(message, Unwritable("invalid_value", "", f"ClickHouse refuses it: {sentence(error)}"))


def _hash(lines: Iterable[bytes]) -> str:
    digest = blake2b(digest_size=8)
    for line in lines:
        digest.update(line)
        digest.update(b"\n")
    return digest.hexdigest()
