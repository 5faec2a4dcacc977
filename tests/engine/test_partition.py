"""A partition keeps states at hand, but never more than it may, and never loses one that is not saved yet."""

from streams.engine.partition import CACHED_BYTES, Partition, partition_of
from streams.engine.store import MemoryStore


class CountingStore(MemoryStore):
    """Knows what was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def get(self, table: str, key: str) -> bytes | None:
        self.asked.append(key)
        return super().get(table, key)


def bytes_of(saved: bytes) -> bytes:
    """States here are their length and nothing else; the codec puts a header before it."""
    return saved


def saved(store: MemoryStore, partition: Partition) -> None:
    """One epoch ends."""
    store.commit(partition.take_changes())
    partition.committed()


def test_a_state_is_decoded_once():
    store = CountingStore()
    partition = Partition("customer", 0, store, bytes_of)
    assert [partition.state("a"), partition.state("a")] == [None, None]
    partition.put("b", b"1")
    assert partition.state("b") == b"1"
    assert store.asked == ["a"]


def test_only_what_changed_is_saved_and_none_forgets():
    store = MemoryStore()
    partition = Partition("customer", 0, store, bytes_of)
    partition.put("a", b"1")
    partition.put("b", b"2")
    saved(store, partition)
    partition.put("b", None)
    assert partition.take_changes() == {("customer/0", "b"): None}
    assert partition.take_changes() == {}


def test_states_that_weigh_too_much_are_let_go_once_they_are_saved():
    store = CountingStore()
    partition = Partition("customer", 0, store, bytes_of)
    partition.put("large", b"x" * CACHED_BYTES)
    changes = partition.take_changes()
    partition.put("changed since", b"1")
    store.commit(changes)
    partition.committed()
    assert partition.state("changed since") == b"1"
    assert store.asked == []
    assert partition.state("large") is not None
    assert store.asked == ["large"]


def test_states_that_weigh_little_stay():
    store = CountingStore()
    partition = Partition("customer", 0, store, bytes_of)
    partition.put("small", b"x")
    saved(store, partition)
    assert partition.state("small") == b"x"
    assert store.asked == []


def test_keys_are_spread_over_all_partitions_and_any_text_is_a_key():
    places = [partition_of(f"email:{number}@example.org", 4) for number in range(1_000)]
    assert {0, 1, 2, 3} == set(places)
    assert min(map(places.count, range(4))) > 200
    assert partition_of("half a character: \ud83d", 4) in range(4)
