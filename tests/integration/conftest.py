"""Servers that the tests of this folder share. Every test gets a database of its own."""

import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import pytest
from clickhouse_driver import Client

from sinks.clickhouse import Address, ClickHouseSink, EmbeddedServer, connect, migrate, parse
from streams.demo.generate import Generated, generate
from tests.servers.kafka import kafka

DATABASES = count(1)


@pytest.fixture(scope="session")
def clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """REDTHREAD_TEST_CLICKHOUSE names a server to use (its port for HTTP with ?http_port=); else one is started."""
    url = os.environ.get("REDTHREAD_TEST_CLICKHOUSE")
    if url:
        yield parse(url)
        return
    with EmbeddedServer(tmp_path_factory.mktemp("clickhouse")) as address:
        yield address


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A broker."""
    with kafka(tmp_path_factory.mktemp("kafka")) as servers:
        yield servers


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    """A simulated company of five departments: eleven sources in five formats, families that merge, every shipped rule."""
    return generate(3, 400, 60, tmp_path_factory.mktemp("demo"))


@pytest.fixture
def address(clickhouse: Address) -> Iterator[Address]:
    """The shared server with an empty, migrated database."""
    database = f"redthread_test_{os.getpid()}_{next(DATABASES)}"
    own = replace(clickhouse, database=database)
    client = connect(own)
    migrate(client, database)
    yield own
    client.execute(f"DROP DATABASE {database} SYNC")
    client.disconnect()


@pytest.fixture
def client(address: Address) -> Iterator[Client]:
    """With that database in use."""
    found = connect(address, database=address.database)
    yield found
    found.disconnect()


@pytest.fixture
def sink(address: Address) -> Iterator[ClickHouseSink]:
    """What writes to it."""
    found = ClickHouseSink(address)
    yield found
    found.close()
