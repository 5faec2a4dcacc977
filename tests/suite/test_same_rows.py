"""`redthread timeline`, `redthread sql`, the native protocol and plain HTTP show the same rows, because all of them read the views."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from sinks.clickhouse import Address, EmbeddedServer, Reader
from tests.suite.commands import redthread
from tests.suite.conftest import EXAMPLES

pytestmark = pytest.mark.server

MINIMAL = EXAMPLES / "minimal"
WAYS_TO_ANNA = ["order:1002", "1002", "ticket:T-7", "anna@example.org", " Anna@Example.ORG", "0151 23456789", "+49 151 23456789"]
ROWS = "SELECT toString(event_id) AS event_id, type, department, team FROM timeline ORDER BY occurred_at, event_id"
VIEWS = ("timeline", "customers", "journeys", "alerts")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The smallest example, as its first lines say."""
    folder = tmp_path_factory.mktemp("same") / "data"
    run = redthread("run", "--company", MINIMAL, "--data", folder, "--as-of", "end", MINIMAL / "data")
    assert run.returncode == 0, run.stderr
    return folder


@pytest.fixture(scope="module")
def address(data: Path) -> Iterator[Address]:
    """Its ClickHouse, up while the commands look into it."""
    with EmbeddedServer(data / "clickhouse") as found:
        yield found


def told(who: str, data: Path) -> dict[str, Any]:
    """The thread of a customer, for programs."""
    answer = redthread("timeline", who, "--data", data, "--json")
    assert answer.returncode == 0, answer.stderr
    document: dict[str, Any] = json.loads(answer.stdout)
    return document


def asked(query: str, data: Path) -> list[dict[str, Any]]:
    """What `redthread sql` answers."""
    answer = redthread("sql", query, "--data", data, "--json")
    assert answer.returncode == 0, answer.stderr
    return [json.loads(line) for line in answer.stdout.splitlines()]


def fetched(query: str, address: Address) -> list[dict[str, Any]]:
    """What any HTTP client gets."""
    url = f"{address.http_url}/?{urlencode({'database': address.database, 'query': f'{query} FORMAT JSONEachRow'})}"
    with urlopen(url, timeout=30) as answer:
        return [json.loads(line) for line in answer.read().splitlines()]


def test_sql_and_http_and_the_native_protocol_see_the_same_rows(data: Path, address: Address):
    with Reader(address) as reader:
        native = [dict(zip(("event_id", "type", "department", "team"), row, strict=True)) for row in reader.query(ROWS).rows]
    assert len(native) == 12
    assert asked(ROWS, data) == fetched(ROWS, address) == native


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_is_the_same_through_sql_and_http(data: Path, address: Address, view: str):
    query = f"SELECT toJSONString(tuple(*)) AS row FROM {view} ORDER BY row"
    rows = asked(query, data)
    assert rows
    assert rows == fetched(query, address)


@pytest.mark.parametrize("who", WAYS_TO_ANNA)
def test_whatever_is_at_hand_leads_to_the_whole_thread(data: Path, address: Address, who: str):
    (customer,) = fetched("SELECT toString(customer_id) AS id FROM timeline WHERE has(refs['order'], '1002') LIMIT 1", address)
    thread = told(who, data)
    assert thread["customer_id"] == customer["id"]
    seen = fetched(f"SELECT toString(event_id) AS id FROM timeline WHERE customer_id = '{customer['id']}'", address)
    assert sorted(moment["event_id"] for moment in thread["timeline"]) == sorted(row["id"] for row in seen)
    assert [moment["occurred_at"] for moment in thread["timeline"]] == sorted(moment["occurred_at"] for moment in thread["timeline"])
    assert {moment["department"] for moment in thread["timeline"]} == {"online", "offline", "service"}
    broken = fetched(
        f"SELECT toString(alert_id) AS id FROM alerts WHERE customer_id = '{customer['id']}' AND status != 'withdrawn'", address
    )
    assert sorted(alert["alert_id"] for alert in thread["alerts"]) == sorted(row["id"] for row in broken)
    assert {"late_delivery", "silence", "not_picked_up"} <= {alert["rule"] for alert in thread["alerts"]}


def test_the_thread_that_people_read_has_every_touchpoint_and_says_what_broke_and_why(data: Path, address: Address):
    text = redthread("timeline", "order:1002", "--data", data).stdout
    thread = told("order:1002", data)
    lines = text.splitlines()
    for moment in thread["timeline"]:
        assert any(f" {moment['type']} " in line and moment["department"] in line for line in lines), moment
    assert all(alert["summary"] in text for alert in thread["alerts"])
    assert text.count("because") >= len(thread["alerts"])


def test_nothing_can_be_written_through_sql(data: Path, address: Address):
    answer = redthread("sql", "TRUNCATE TABLE timeline_events", "--data", data)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert "only reading queries are answered here" in " ".join(answer.stderr.split())
    assert len(asked(ROWS, data)) == 12
