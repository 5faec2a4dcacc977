"""The schema in ClickHouse: numbered SQL files, each applied once, in order.

A file that was applied must never change: what it made is in somebody's server. Its checksum is kept, and a difference is an error
that names the file. The files are written for one node; for a cluster the same text is rendered with replicated engines, and a
distributed table over each table that is sharded.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Literal, NamedTuple

from clickhouse_driver import Client

from sinks.clickhouse.errors import MigrationError

WINDOW = 10_000  # insert blocks whose tokens the server remembers; the default of replicated tables
PARTITIONS = {"month": "toYYYYMM", "year": "toYear"}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_DISTRIBUTED = re.compile(r"\{distributed (\w+) by ([^}]+)\}")
_REPLACING = re.compile(r"\{(replacing|replacing_everywhere)\}\((\w*)\)")
_LOG = """CREATE TABLE IF NOT EXISTS {database}.schema_migrations{on_cluster}
(
    number     UInt32 COMMENT 'Number of the migration',
    name       String COMMENT 'Name of its file',
    checksum   String COMMENT 'SHA-256 of its file as it was applied',
    applied_at DateTime DEFAULT now() COMMENT 'When it was applied'
)
ENGINE = {replacing_everywhere}()
ORDER BY number
COMMENT 'Migrations of the schema that were applied'"""


class Migration(NamedTuple):
    """One numbered file."""

    number: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        return sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Target:
    """What the files are rendered for."""

    database: str = "redthread"
    cluster: str = ""  # name of the cluster, whose nodes define the macros {shard} and {replica}; empty: one node
    partition: Literal["month", "year"] = "month"  # year: look-ups cost half, for less than about 50 million rows a year
    user: str = ""  # with which dictionaries read their tables; empty: the server's default user
    password: str = ""

    def __post_init__(self) -> None:
        for name in filter(None, (self.database, self.cluster)):
            if not _NAME.fullmatch(name):
                raise MigrationError(f"{name!r} cannot name a database or cluster: use letters, digits and underscores")

    @property
    def words(self) -> Mapping[str, str]:
        """What each placeholder stands for."""
        login = f"USER '{_quoted(self.user)}' PASSWORD '{_quoted(self.password)}' " if self.user else ""
        return {
            "{on_cluster}": f" ON CLUSTER '{self.cluster}'" if self.cluster else "",
            "{local}": "_local" if self.cluster else "",
            "{global}": "GLOBAL " if self.cluster else "",
            "{window}": "" if self.cluster else f"non_replicated_deduplication_window = {WINDOW}, ",
            "{life}": "toUUIDOrZero(toString(0))" if self.cluster else "generateUUIDv4()",
            "{partition}": PARTITIONS[self.partition],
            "{dictionary_login}": login,
            "{database}": self.database,
        }


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")


def migrations() -> tuple[Migration, ...]:
    """The files beside this module, in order."""
    folder = files("sinks.clickhouse") / "migrations"
    found = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return tuple(Migration(int(name[:4]), name, (folder / name).read_text(encoding="utf-8")) for name in found)


def statements(text: str, target: Target) -> Iterator[str]:
    """The statements of a file as this target runs them."""
    for statement in _without_comments(text).split(";\n"):
        rendered = _render(statement.strip(), target)
        if rendered:
            yield rendered


def _without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith("--")) + "\n"


def _render(statement: str, target: Target) -> str:
    distributed = _DISTRIBUTED.fullmatch(statement)
    if distributed:
        table, key = distributed.groups()
        statement = (
            f"CREATE TABLE {{database}}.{table}{{on_cluster}} AS {{database}}.{table}_local\n"
            f"ENGINE = Distributed('{target.cluster}', '{{database}}', '{table}_local', {key})"
        )
        if not target.cluster:
            return ""
    else:
        statement = _REPLACING.sub(lambda found: _replacing(target, *found.groups()), statement)
    for placeholder, words in target.words.items():
        statement = statement.replace(placeholder, words)
    return statement


def _replacing(target: Target, which: str, version: str) -> str:
    if not target.cluster:
        return f"ReplacingMergeTree({version})"
    everywhere = which == "replacing_everywhere"
    path = f"/clickhouse/tables/{'noshard' if everywhere else '{shard}'}/{target.database}/{{table}}"
    replica = "{shard}-{replica}" if everywhere else "{replica}"
    return f"ReplicatedReplacingMergeTree('{path}', '{replica}'{f', {version}' if version else ''})"


def migrate(client: Client, database: str = "redthread", *, target: Target | None = None) -> tuple[str, ...]:
    """Bring the schema up to date; the names of the migrations that were applied now."""
    target = target or Target(database=database)
    client.execute(_render("CREATE DATABASE IF NOT EXISTS {database}{on_cluster}", target))
    client.execute(_render(_LOG, target))
    applied = dict(client.execute(f"SELECT name, checksum FROM {target.database}.schema_migrations FINAL"))
    done = []
    for migration in migrations():
        if migration.name in applied:
            _unchanged(migration, applied[migration.name])
            continue
        for statement in statements(migration.text, target):
            client.execute(_repeatable(statement))
        log = f"INSERT INTO {target.database}.schema_migrations (number, name, checksum) VALUES"
        client.execute(log, [(migration.number, migration.name, migration.checksum)])
        done.append(migration.name)
    return tuple(done)


def _unchanged(migration: Migration, checksum: str) -> None:
    if migration.checksum != checksum:
        raise MigrationError(
            f"migration {migration.name} was changed after it was applied (checksum {migration.checksum[:12]}, applied {checksum[:12]}): "
            "restore the file and put the change into a new one"
        )


def _repeatable(statement: str) -> str:
    """A migration that was interrupted half-way is run again from its start, so what is there already is left alone."""
    return re.sub(r"\ACREATE (TABLE|MATERIALIZED VIEW|VIEW|DICTIONARY) ", r"CREATE \1 IF NOT EXISTS ", statement)
