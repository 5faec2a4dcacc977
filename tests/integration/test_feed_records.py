"""What a fetch has brought is taken apart into the records that kafka-python's own parser finds, only faster."""

import pytest
from crc32c import crc32c
from kafka.consumer.fetcher import Fetcher
from kafka.errors import CorruptRecordError
from kafka.record.memory_records import MemoryRecords, MemoryRecordsBuilder
from kafka.structs import TopicPartition

from sinks.feed.records import Unpacked

ALERTS = TopicPartition("alerts", 3)
PLAIN, GZIP = 0, 1
CRC = 17  # where a batch has its checksum


def batch(first: int, count: int, compression: int = PLAIN) -> bytes:
    made = MemoryRecordsBuilder(2, compression, 1 << 20)
    for number in range(first, first + count):
        key, value = (f"key {number}".encode() if number % 3 else None), (b"" if number % 2 else f"value {number} ä".encode())
        made.append(1_700_000_000_000 + number, key, value if number % 5 else None, [("content-type", b"json"), ("empty", None)])
    made.close()
    found = bytearray(made.buffer())
    found[:8] = first.to_bytes(8)  # as the broker does: offsets in a batch count from its first
    return bytes(found)


def taken(parser, content: bytes, fetch_offset: int = 0):
    records = parser(fetch_offset, ALERTS, MemoryRecords(content))
    found = records.take()
    return [record[:9] for record in found], records.next_fetch_offset, records.records_read


@pytest.mark.parametrize("compression", [PLAIN, GZIP], ids=["plain", "gzip"])
@pytest.mark.parametrize("fetch_offset", [0, 4, 14], ids=["from the beginning", "in a batch", "in the last batch"])
def test_records_are_those_of_the_clients_own_parser(compression, fetch_offset):
    content = batch(0, 7, compression) + batch(7, 1, compression) + batch(10, 9, compression)  # compaction leaves holes
    assert taken(Unpacked, content, fetch_offset) == taken(Fetcher.PartitionRecords, content, fetch_offset)
    assert len(taken(Unpacked, content)[0]) == 17


def test_a_few_at_a_time():
    records = Unpacked(0, ALERTS, MemoryRecords(batch(0, 5) + batch(5, 5)))
    assert [record.offset for record in records.take(3)] == [0, 1, 2]
    assert records.next_fetch_offset == 3
    assert [record.offset for record in records.take(3)] == [3, 4, 5]
    assert [record.offset for record in records.take(100)] == [6, 7, 8, 9]
    assert records.record_iterator is None  # drained
    assert records.next_fetch_offset == 10


def test_a_damaged_batch_is_no_batch():
    damaged = bytearray(batch(0, 3) + batch(3, 3))
    damaged[-1] ^= 1
    records = Unpacked(0, ALERTS, MemoryRecords(bytes(damaged)))
    assert [record.offset for record in records.take()] == [0, 1, 2]
    with pytest.raises(CorruptRecordError, match="alerts: partition 3: the batch at offset 3 is damaged"):
        records.take()


def test_a_batch_that_lies_about_itself_is_no_batch():
    lying = bytearray(batch(0, 3))
    lying[61] += 2  # the length of the first record
    lying[CRC : CRC + 4] = _checksum(lying)
    with pytest.raises(CorruptRecordError, match="alerts: partition 3"):
        Unpacked(0, ALERTS, MemoryRecords(bytes(lying))).take()


def _checksum(content: bytearray) -> bytes:
    return crc32c(bytes(content[CRC + 4 :])).to_bytes(4)
