"""The local store keeps no log of its own: what a crash leaves of it is consistent, and the changelog has the rest."""

import shutil
from types import SimpleNamespace

from rocksdict import Options, Rdict

from streams.engine.faust.table import BulkTable

OFFSET = b"__offset"


def crashed(folder, number):
    """What another process would find if this one were killed now."""
    copy = folder.with_name(f"copy-{number}")
    shutil.copytree(folder, copy)
    (copy / "LOCK").unlink()
    found = Rdict(str(copy), Options(raw_mode=True))
    try:
        return found.get(b"key"), found.get(OFFSET)
    finally:
        found.close()


def test_after_a_crash_the_store_is_as_it_was_at_one_offset(tmp_path):
    folder = tmp_path / "states"
    store = Rdict(str(folder), Options(raw_mode=True))
    table = SimpleNamespace(data=SimpleNamespace(offset_key=OFFSET, _db_for_partition=lambda _number: store))
    BulkTable._put(table, 0, [(b"key", b"old")], 7)
    assert (store.get(b"key"), store.get(OFFSET)) == (b"old", b"7")
    assert crashed(folder, 1) == (None, None)
    store.flush()
    BulkTable._put(table, 0, [(b"key", b"new")], 8)
    assert crashed(folder, 2) == (b"old", b"7")
    BulkTable._put(table, 0, [(b"key", None)], 9)
    store.close()  # an orderly end writes everything out
    assert crashed(folder, 3) == (None, b"9")
