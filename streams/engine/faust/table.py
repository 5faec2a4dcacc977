"""A RocksDB table whose changelog comes first: written in bulk, recovered in bulk.

Faust writes the local store before the changelog is acknowledged, so after kill -9 the store is ahead of the log; and it recovers 5,000
records a second, one at a time.

The changelog is the log of the store, too: it keeps none of its own. After kill -9 the store is as it was when its buffers were last
written out, with the offset that belongs to it, and the rest is recovered.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import faust
from faust.stores.rocksdb import RocksDBOptions
from rocksdict import DBCompressionType, Options, WriteBatch, WriteOptions

# Bytes per partition, of which a worker has dozens; the defaults (2 GiB, three times 64 MiB) are meant for one database.
BLOCK_CACHE, WRITE_BUFFER, WRITE_BUFFERS = 8 << 20, 4 << 20, 2

# Written buffers that are merged together with what is below them, which is rewritten almost whole each time: with RocksDB's four of them
# states of which any may come next cost more to merge than to judge. So that a read need not look into all, bits per key say which have it.
MERGED_AT_ONCE, SLOWED_AT, STOPPED_AT = 16, 32, 48
BLOOM_BITS = 10

UNLOGGED = WriteOptions()
UNLOGGED.disable_wal = True  # type: ignore[method-assign, assignment]  # an attribute, whatever its stub says


def options() -> dict[str, Any]:
    """For one table; Faust takes entries out of it, so each table needs its own."""
    return {
        "driver": "rocksdict",
        "block_cache_size": BLOCK_CACHE,
        "write_buffer_size": WRITE_BUFFER,
        "max_write_buffer_number": WRITE_BUFFERS,
        "max_open_files": 256,
        "bloom_filter_size": BLOOM_BITS,
    }


class Rewritten(RocksDBOptions):  # type: ignore[misc]
    """What is written is soon written anew: compressing it costs more than it saves, and so does merging it often."""

    def as_options(self) -> Options:
        made: Options = super().as_options()
        made.set_compression_type(DBCompressionType.none())
        made.set_level_zero_file_num_compaction_trigger(MERGED_AT_ONCE)
        made.set_level_zero_slowdown_writes_trigger(SLOWED_AT)
        made.set_level_zero_stop_writes_trigger(STOPPED_AT)
        return made


class BulkTable(faust.Table):  # type: ignore[misc]
    """Keys and values are bytes; every access names its partition."""

    def _new_store_by_url(self, url: Any) -> Any:
        store = super()._new_store_by_url(url)
        store.rocksdb_options = Rewritten(**store.options, use_rocksdict=True)
        return store

    def get_in(self, partition: int, key: bytes) -> bytes | None:
        """The value as of the last write to this partition."""
        value: bytes | None = self.data._db_for_partition(partition).get(key)
        return value

    def items_in(self, partition: int) -> Iterator[tuple[bytes, bytes]]:
        """Every key of the partition, in byte order."""
        for key, value in self.data._db_for_partition(partition).items():
            if key != self.data.offset_key:
                yield key, value

    async def write(self, partition: int, items: list[tuple[bytes, bytes | None]]) -> None:
        """Durable in the changelog before it is seen locally; None deletes the key."""
        if items:
            last = await self.app.producer.put_many(self.changelog_topic_name, partition, items)
            self._put(partition, items, last)

    def _put(self, partition: int, items: Iterable[tuple[bytes, bytes | None]], last_offset: int) -> None:
        batch = WriteBatch(raw_mode=True)
        for key, value in items:
            if value is None:
                batch.delete(key)
            else:
                batch.put(key, value)
        batch.put(self.data.offset_key, b"%d" % last_offset)  # atomically with the values
        self.data._db_for_partition(partition).write(batch, UNLOGGED)

    def apply_changelog_batch(self, batch: Iterable[Any]) -> None:
        """Recovery: each event is a chunk of changelog records."""
        grouped: defaultdict[int, list[Any]] = defaultdict(list)
        for event in batch:
            grouped[event.message.partition].append(event.message)
        for partition, messages in grouped.items():
            records = [(record.key, record.value) for message in messages for record in message.value]
            self._put(partition, records, messages[-1].offset)
