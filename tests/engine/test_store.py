import pytest

from streams.engine.partition import Partition, partition_of
from streams.engine.store import FolderBusy, MemoryStore, RocksStore


@pytest.fixture(params=["memory", "rocks"])
def store(request, tmp_path):
    made = MemoryStore() if request.param == "memory" else RocksStore(tmp_path / "state")
    yield made
    made.close()


def test_a_commit_is_seen_and_a_deletion_too(store):
    store.commit({("a/1", "k"): b"1", ("a/1", "m"): b"2", ("a/10", "k"): b"3"})
    store.commit({("a/1", "k"): None, ("a/9", "never there"): None})
    assert store.get("a/1", "k") is None
    assert store.get("b", "k") is None
    assert list(store.items("a/1")) == [("m", b"2")]
    assert list(store.items("a/10")) == [("k", b"3")]
    assert list(store.items("none")) == []


def test_a_folder_that_another_one_works_on_is_refused(tmp_path):
    store = RocksStore(tmp_path / "state")
    with pytest.raises(FolderBusy, match=r"another redthread is at work on these data; wait until it has ended$"):
        RocksStore(tmp_path / "state")
    store.close()
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError):
        RocksStore(tmp_path / "file")


def test_keys_may_hold_any_text(store):
    store.commit({("t", "\x00\ud800é"): b"1"})
    assert list(store.items("t")) == [("\x00\ud800é", b"1")]


def test_the_folder_keeps_what_was_committed(tmp_path):
    with RocksStore(tmp_path) as store:
        store.commit({("t", "k"): b"1"})
    with RocksStore(tmp_path) as store:
        assert store.get("t", "k") == b"1"


def test_a_partition_decodes_a_state_once_and_collects_what_changed(store):
    store.commit({("identify/0", "k"): b"1"})
    decoded = []

    def decode(value):
        decoded.append(value)
        return int(value)

    partition = Partition("identify", 0, store, decode)
    assert [partition.state("k"), partition.state("k"), partition.state("none")] == [1, 1, None]
    assert decoded == [b"1"]
    partition.put("k", 2)
    partition.put("gone", None)
    assert partition.take_changes() == {("identify/0", "k"): b"\x02", ("identify/0", "gone"): None}
    assert partition.take_changes() == {}
    assert list(partition.saved()) == [("k", 1)]


def test_a_key_lives_in_one_partition():
    assert {partition_of(f"k{n}", 4) for n in range(100)} == {0, 1, 2, 3}
    assert partition_of("k", 4) == partition_of("k", 4)
