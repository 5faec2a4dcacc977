"""ClickHouse: the schema, the sink that writes it, readers of it, and an embedded server."""

from sinks.clickhouse.address import Address, connect, parse
from sinks.clickhouse.errors import ClickHouseError, InvalidAddress, InvalidQuery, MigrationError, ServerError
from sinks.clickhouse.export import export
from sinks.clickhouse.reader import Answer, Column, Reader
from sinks.clickhouse.rollups import refresh_rollups
from sinks.clickhouse.schema import Target, migrate
from sinks.clickhouse.server import EmbeddedServer
from sinks.clickhouse.sink import ClickHouseSink, Retry

__all__ = [
    "Address",
    "Answer",
    "ClickHouseError",
    "ClickHouseSink",
    "Column",
    "EmbeddedServer",
    "InvalidAddress",
    "InvalidQuery",
    "MigrationError",
    "Reader",
    "Retry",
    "ServerError",
    "Target",
    "connect",
    "export",
    "migrate",
    "parse",
    "refresh_rollups",
]
