"""What is said to everybody, laid over the alerts as they are read."""

from collections.abc import Iterator
from typing import Any

import pytest
from clickhouse_driver import Client

from schemas.command import ACKNOWLEDGED, EVERYBODY, SILENCED
from schemas.ids import alert_id
from schemas.timeline import TimelineEntry
from sinks.clickhouse import Address, ClickHouseSink
from tests.integration.published import MARCH, alert, entry

pytestmark = pytest.mark.server

FOR_LONG = 9_000_000_000_000_000  # 2255
PAST = MARCH + 1_000_000


@pytest.fixture
def sink(address: Address) -> Iterator[ClickHouseSink]:
    found = ClickHouseSink(address)
    yield found
    found.close()


def said(name: str, type: str, at: int, *, by: str = "kim", until: int | None = None, **about: Any) -> TimelineEntry:
    return entry(
        name, type=type, at=MARCH + at, ids=(EVERYBODY,), source="commands", department="wall", agent=by, due_at=until,
        refs={"alert": (about["alert"],)} if "alert" in about else {}, attributes={"rule": about["rule"]} if "rule" in about else {},
    )  # fmt: skip


ONE, OTHER = alert("one", rule="silence"), alert("other", rule="ping_pong")
NAMED = {one.alert_id: one for one in (ONE, OTHER)}


def statuses(client: Client) -> dict[str, tuple[str, str]]:
    found = client.execute("SELECT rule, status, said_by FROM alerts")
    return {rule: (status, by) for rule, status, by in found}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], ("open", "")),
        ([said("a", SILENCED, 0, rule="silence", until=FOR_LONG)], ("silenced", "kim")),
        ([said("a", SILENCED, 0, rule="silence", until=PAST)], ("open", "")),
        ([said("a", SILENCED, 0, rule="silence", until=FOR_LONG), said("b", SILENCED, 1, rule="silence", until=MARCH + 1)], ("open", "")),
        (
            [said("a", SILENCED, 1, rule="silence", until=FOR_LONG, by="lee"), said("b", SILENCED, 0, rule="silence", until=MARCH)],
            ("silenced", "lee"),
        ),
        ([said("a", ACKNOWLEDGED, 0, alert=ONE.alert_id)], ("acknowledged", "kim")),
        ([said("a", ACKNOWLEDGED, 0, alert=ONE.alert_id), said("b", SILENCED, 1, alert=ONE.alert_id, until=FOR_LONG)], ("silenced", "kim")),
        (
            [said("a", ACKNOWLEDGED, 2, alert=ONE.alert_id), said("b", SILENCED, 1, alert=ONE.alert_id, until=FOR_LONG)],
            ("acknowledged", "kim"),
        ),
        ([said("a", ACKNOWLEDGED, 0, alert=ONE.alert_id), said("b", SILENCED, 1, alert=ONE.alert_id, until=PAST)], ("acknowledged", "kim")),
        ([said("a", SILENCED, 0, alert=alert_id("x", (), ""), until=FOR_LONG)], ("open", "")),
    ],
)
def test_the_newest_word_to_everybody_counts_for_alerts_of_which_nothing_else_was_said(
    sink: ClickHouseSink, client: Client, words, expected
):
    sink.write("alerts", list(NAMED.values()))
    sink.write("words", words)
    assert statuses(client) == {"silence": expected, "ping_pong": ("open", "")}


def test_what_has_ended_or_was_spoken_of_stays_as_it_is(sink: ClickHouseSink, client: Client):
    sink.write(
        "all",
        [
            alert("one", rule="silence", status="resolved"),
            alert("other", rule="ping_pong", status="acknowledged", said_by="lee"),
            *(said(rule, SILENCED, 0, rule=rule, until=FOR_LONG) for rule in ("silence", "ping_pong")),
        ],
    )
    assert statuses(client) == {"silence": ("resolved", ""), "ping_pong": ("acknowledged", "lee")}
    assert client.execute("SELECT what, said_by, everybody, rule, source FROM commands ORDER BY rule") == [
        ("silenced", "kim", True, "ping_pong", "commands"),
        ("silenced", "kim", True, "silence", "commands"),
    ]
