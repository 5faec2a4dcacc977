from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from schemas.ids import customer_id
from schemas.plain import Published
from sinks.clickhouse import Address, ClickHouseSink, Column, InvalidQuery, Reader, connect, export
from sinks.clickhouse.errors import UnknownTable
from sinks.clickhouse.export import lines
from tests.integration.published import MARCH, alert, change, entry, journey, policy
from tests.integration.written import TABLES

pytestmark = pytest.mark.server


@pytest.fixture
def reader(address: Address) -> Iterator[Reader]:
    found = Reader(address)
    yield found
    found.close()


def test_an_answer_has_columns_with_their_types_and_rows(reader: Reader, sink: ClickHouseSink):
    sink.write("1", [entry("a"), alert()])
    answer = reader.query("SELECT customer_id, refs FROM timeline;")
    assert answer.columns == (Column("customer_id", "UUID"), Column("refs", "Map(LowCardinality(String), Array(String))"))
    assert list(answer.rows) == [(UUID(customer_id("email:anna")), {})]
    assert list(reader.query("SELECT historical, balanced FROM alerts, accounting").rows) == [(False, True)]


def test_parameters_are_the_servers(reader: Reader, sink: ClickHouseSink):
    sink.write("1", [entry("it's")])
    answer = reader.query("SELECT source_event_id, {n:UInt8} FROM timeline WHERE source_event_id = {name:String}", {"name": "it's", "n": 3})
    assert list(answer.rows) == [("it's", 3)]


def test_one_customer_is_read_through_the_parameterised_view(reader: Reader, sink: ClickHouseSink):
    sink.write("1", [entry("a"), change("email:anna", "email:anna")])
    sql = "SELECT source_event_id FROM customer_timeline(customer = {customer:UUID}, since = {since:DateTime64(6, 'UTC')})"
    assert list(reader.query(sql, {"customer": customer_id("email:anna"), "since": "2026-01-01 00:00:00"}).rows) == [("a",)]


def test_rows_are_streamed(reader: Reader):
    rows = reader.query("SELECT number FROM numbers(100000000000)").rows
    assert [next(rows) for _ in range(3)] == [(0,), (1,), (2,)]


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO timeline_events (event_id) VALUES (generateUUIDv4())",
        "DROP TABLE timeline_events",
        "CREATE TABLE t (x UInt8) ENGINE = Memory",
        "ALTER TABLE timeline_events DELETE WHERE true",
        "TRUNCATE TABLE arrivals",
        "SYSTEM RELOAD DICTIONARIES",
        "SET readonly = 0",
        "SELECT 1 SETTINGS readonly = 0",
        "SELECT * FROM file('/etc/passwd', 'LineAsString')",
        "SELECT * FROM url('http://127.0.0.1:1', 'LineAsString')",
    ],
)
def test_whatever_is_more_than_a_question_is_refused_by_the_server(reader: Reader, sql: str):
    with pytest.raises(InvalidQuery, match="readonly"):
        list(reader.query(sql).rows)
    assert list(reader.query("SELECT 1").rows) == [(1,)]


def test_a_mistake_is_told_in_the_servers_words_without_its_stack(reader: Reader):
    with pytest.raises(InvalidQuery) as told:
        reader.query("SELECT costumer_id FROM timeline")
    assert "costumer_id" in str(told.value)
    assert "Stack trace" not in str(told.value)
    assert list(reader.query("SELECT 1").rows) == [(1,)]


def test_a_type_that_the_driver_does_not_know_is_explained(reader: Reader):
    with pytest.raises(InvalidQuery, match="convert the column"):
        list(reader.query("SELECT CAST(1 AS Variant(UInt8, String))").rows)
    assert list(reader.query("SELECT 1").rows) == [(1,)]


OUTPUTS: list[Published] = [
    entry("a", attributes={"b": 1, "a": "x"}, offset=1, refs={"order": ("1",), "account": ("2",)}),
    entry("a", attributes={"a": "x", "b": 1}, offset=2, refs={"account": ("2",), "order": ("1",)}),
    entry("b", ids=("cookie:1",), at=MARCH + 1, offset=3),
    change("email:anna", "email:anna"),
    change("cookie:1", "email:anna"),
    journey(waiting={"service": 1, "offline": 2}),
    alert("1"),
    alert("2", status="withdrawn"),
    policy(),
]


def test_exports_do_not_depend_on_order_batches_or_repetition(address: Address, sink: ClickHouseSink, tmp_path: Path):
    with connect(address) as client:
        sink.write("all", OUTPUTS)
        sink.refresh()
        first = export(client, address.database, tmp_path / "first")
        for table in (*TABLES, "commitment_events"):
            client.execute(f"TRUNCATE TABLE {address.database}.{table}")
        for number, output in enumerate([*reversed(OUTPUTS), *OUTPUTS]):
            sink.write(f"one by one {number}", [output])
        sink.refresh()
        assert export(client, address.database, tmp_path / "second") == first
        names = sorted(path.name for path in (tmp_path / "first").iterdir())
        assert names == ["alerts.jsonl", "contact_policy.jsonl", "customers.jsonl", "journeys.jsonl", "timeline.jsonl"]
        assert all((tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes() for name in names)
        (customer,) = lines(client, address.database, "customers")
        assert customer == (
            f'{{"customer_id":"{customer_id("email:anna")}","identifiers":2,"identifier_kinds":["cookie","email"],"first_seen":"2026-03-01 00:00:00.000000",'
            '"last_seen":"2026-03-01 00:00:00.000001","touchpoints":2,"departments":["online"],"open_alerts":1,"alerts":1,"open_rules":["late_delivery"]}'
        )
        assert len(list(lines(client, address.database, "alerts"))) == 1


def test_a_table_that_is_not_there_is_told_apart_from_other_faults(reader: Reader):
    with pytest.raises(UnknownTable, match="no_such_table"):
        reader.query("SELECT 1 FROM no_such_table")
