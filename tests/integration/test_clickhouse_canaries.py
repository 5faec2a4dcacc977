"""Synthetic customers and commands in the tables: the figures of people are as if they were not there."""

from typing import Any

import pytest
from clickhouse_driver import Client
from msgspec.structs import replace

from schemas.command import COMMANDS, EVERYBODY, WALL
from schemas.ids import customer_id
from schemas.timeline import TimelineEntry
from schemas.touchpoint import CANARY
from sinks.clickhouse import ClickHouseSink, refresh_rollups
from tests.integration.bi_story import STORY, touch
from tests.integration.documented import queries
from tests.integration.published import DAY, MARCH, eid, entry

pytestmark = pytest.mark.server

TODAY = MARCH + 200 * DAY  # long after the story, and not in the future
COMMAND = entry("said", type="alert.silenced", at=TODAY, ids=(EVERYBODY,), source=COMMANDS, department=WALL, attributes={"rule": "silence"})
CLAIM = touch("hans", "claim.opened", 0, "sales")
PROMISE = touch("hans", "promise.made", 0, "sales", due_at=TODAY - DAY, refs={"promise": ("for months",)})
SINCE = (
    "SELECT (SELECT groupArray((status, late_seconds)) FROM promises WHERE promise = 'for months'),"
    " (SELECT owned_seconds / 86400 FROM ownership WHERE customer_id = %(hans)s)"
)


def canary(told: TimelineEntry) -> TimelineEntry:
    """The same happens to a synthetic customer."""
    touchpoint = told.touchpoint
    name = f"email:canary-{touchpoint.ids[0]}"
    marked = replace(
        touchpoint,
        event_id=eid(f"canary {touchpoint.event_id}"),
        source_event_id=f"canary {touchpoint.source_event_id}",
        ids=(name,),
        attributes={**touchpoint.attributes, CANARY: "true"},
    )
    return TimelineEntry(marked, 0, customer_id(name))


def answers(sink: ClickHouseSink, client: Client, *messages: Any) -> dict[str, list[tuple[Any, ...]]]:
    sink.write(f"{len(messages)} messages", messages)
    sink.refresh()
    refresh_rollups(client, sink.address.database)
    return {view: client.execute(query) for view, query in queries().items()}


def test_what_happens_to_synthetic_customers_is_in_no_figure(sink: ClickHouseSink, client: Client):
    told = answers(sink, client, *STORY)
    happened = [one for one in STORY if isinstance(one, TimelineEntry) and not one.touchpoint.type.startswith(("alert.", "identity."))]
    assert answers(sink, client, *map(canary, happened)) == told
    ((synthetic,),) = client.execute("SELECT count() FROM timeline WHERE mapContains(attributes, 'canary')")
    assert synthetic == len(happened) > 40


@pytest.mark.parametrize("late", [COMMAND, canary(touch("ida", "page.viewed", 200 * 24, "online"))])
def test_what_goes_on_is_measured_up_to_the_newest_touchpoint_of_a_customer(sink: ClickHouseSink, client: Client, late: TimelineEntry):
    sink.write("1", [CLAIM, PROMISE, touch("ida", "page.viewed", 48, "online"), late])
    hans = {"hans": customer_id("email:hans")}
    assert client.execute(SINCE, hans) == [([("open", None)], 2.0)]
    sink.write("2", [touch("ida", "page.viewed", 200 * 24, "online")])
    assert client.execute(SINCE, hans) == [([("broken", 86_400.0)], 200.0)]
