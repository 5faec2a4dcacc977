"""Where the state of the embedded engine lives: one atomic batch per epoch, in memory or in a RocksDB folder.

A value is bytes, so that both stores hold the same and an epoch that is re-run after a crash starts from the same bytes.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from rocksdict import BlockBasedOptions, Cache, Options, Rdict, WriteBatch, WriteOptions

from schemas.strict import InvalidConfiguration

BLOCK_CACHE = 64 << 20  # bytes; RocksDB's default grows with the data, ours must fit beside ClickHouse on a small machine
WRITE_BUFFER = 32 << 20


class FolderBusy(InvalidConfiguration):
    """Another process has the folder open."""


class StateStore(Protocol):
    """Tables of key -> value; `commit` is atomic over all tables. A value of None deletes the key."""

    def get(self, table: str, key: str) -> bytes | None: ...

    def items(self, table: str) -> Iterator[tuple[str, bytes]]: ...

    def commit(self, changes: Mapping[tuple[str, str], bytes | None]) -> None: ...

    def close(self) -> None: ...


class MemoryStore:
    """State that ends with the process: demonstrations, tests, back-tests."""

    def __init__(self) -> None:
        self._tables: dict[str, dict[str, bytes]] = {}

    def get(self, table: str, key: str) -> bytes | None:
        return self._tables.get(table, {}).get(key)

    def items(self, table: str) -> Iterator[tuple[str, bytes]]:
        yield from list(self._tables.get(table, {}).items())

    def commit(self, changes: Mapping[tuple[str, str], bytes | None]) -> None:
        for (table, key), value in changes.items():
            if value is None:
                self._tables.get(table, {}).pop(key, None)
            else:
                self._tables.setdefault(table, {})[key] = value

    def close(self) -> None:
        pass


class RocksStore:
    """State in a folder; survives kill -9 (the write-ahead log is written with every commit)."""

    def __init__(self, folder: Path) -> None:
        options = Options(raw_mode=True)
        options.create_if_missing(True)
        options.set_write_buffer_size(WRITE_BUFFER)
        blocks = BlockBasedOptions()
        blocks.set_block_cache(Cache(BLOCK_CACHE))
        blocks.set_bloom_filter(10, False)
        options.set_block_based_table_factory(blocks)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            self._db = Rdict(str(folder), options)
        except Exception as error:
            if "LOCK" not in str(error):
                raise
            raise FolderBusy([f"{folder.parent}: another redthread is at work on these data; wait until it has ended"]) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def get(self, table: str, key: str) -> bytes | None:
        value: bytes | None = self._db.get(_key(table, key))
        return value

    def items(self, table: str) -> Iterator[tuple[str, bytes]]:
        prefix = _key(table, "")
        found: Any = self._db.items(from_key=prefix)  # raw mode: bytes, which its types do not know
        for key, value in found:
            if not key.startswith(prefix):
                return
            yield key[len(prefix) :].decode("utf-8", "surrogatepass"), value

    def commit(self, changes: Mapping[tuple[str, str], bytes | None]) -> None:
        batch = WriteBatch(raw_mode=True)
        for (table, key), value in changes.items():
            if value is None:
                batch.delete(_key(table, key))
            else:
                batch.put(_key(table, key), value)
        self._db.write(batch, WriteOptions())

    def close(self) -> None:
        self._db.close()


def _key(table: str, key: str) -> bytes:
    return f"{table}\0{key}".encode("utf-8", "surrogatepass")
