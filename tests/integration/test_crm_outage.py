"""The CRM is gone for eight hours with 3,000 open leads: nothing false is said meanwhile, and afterwards what is right is said once.

Live, on a wall clock that goes on by minutes: the embedded engine, with the keeper of the time that the workers on Kafka have, and a
ClickHouse whose tables are asked, as `redthread watch` does it, which source is silent.
"""

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

from sinks.clickhouse import Address, Reader, connect, migrate
from streams.demo.workdays import MINUTE
from tests.integration.crm_outage import BEAT, DELIVERED_WITHIN, LATENESS, LOOK, US, Lead, Story
from tests.integration.crm_outage_live import ASK, Live, Said

pytestmark = pytest.mark.server

RULE = "lead_not_followed_up"
QUIET = 10 * MINUTE  # of the CRM, as the company says
CHANGES = (
    "SELECT toString(rule), toString(change), toString(status), historical FROM alert_changes WHERE rule = 'source_silent' ORDER BY version"
)


@pytest.fixture(scope="module")
def story() -> Story:
    return Story()


@pytest.fixture(scope="module")
def tables(clickhouse: Address) -> Iterator[Address]:
    """Empty ones."""
    own = replace(clickhouse, database=f"redthread_outage_{os.getpid()}")
    client = connect(own)
    migrate(client, own.database)
    yield own
    client.execute(f"DROP DATABASE {own.database} SYNC")
    client.disconnect()


@pytest.fixture(scope="module")
def live(story: Story, tables: Address, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The whole story, told."""
    live = Live(tmp_path_factory.mktemp("company"), tables)
    live.tell(story)
    yield live
    live.close()


def about_leads(live: Live) -> list[Said]:
    """What the rule about them has said."""
    return [said for said in live.said if said.alert.rule == RULE]


def of_leads(live: Live, story: Story) -> dict[str, list[Said]]:
    """Lead -> everything that was said of it, in order."""
    found: dict[str, list[Said]] = {lead.name: [] for lead in story.leads}
    for said in about_leads(live):
        found[said.alert.matter.removeprefix("lead:")].append(said)
    return found


def fired(said: list[Said]) -> list[Said]:
    """When it began to be open and broken."""
    states = [(one.alert.status, one.alert.level) for one in said]
    return [
        one
        for number, one in enumerate(said)
        if states[number] == ("open", "broken") and states[number - 1 : number] != [("open", "broken")]
    ]


def is_unknown_in_the_outage(lead: Lead, story: Story) -> bool:
    """Due while the CRM is gone, and nobody can know whether it was called."""
    return story.gone < lead.due <= story.back - LOOK and not lead.is_worked_by(story.gone)


def test_the_story_has_leads_of_every_kind(story: Story):
    unknown = [lead for lead in story.leads if is_unknown_in_the_outage(lead, story)]
    missed = [lead for lead in unknown if lead.is_missed]
    assert (len(story.leads), len(unknown) > 1_000, len(missed) > 400, len(unknown) - len(missed) > 400) == (3_000, True, True, True)
    assert any(lead.is_missed and lead.is_worked_by(story.back) for lead in unknown)


def test_the_clock_of_sales_stands_still_and_follows_the_backlog(live: Live, story: Story):
    stood = {complete for now, complete in live.sales.items() if story.gone + BEAT + LATENESS < now <= story.back}
    assert len(stood) == 1
    assert max(stood) <= story.gone + 1
    for now in range(story.back + LOOK, story.back + DELIVERED_WITHIN, LOOK):
        delivered = story.gone + (now - story.back) * (story.back - story.gone) // DELIVERED_WITHIN
        assert live.sales[now] <= max(story.gone, delivered - LATENESS) + MINUTE  # what is delivered last may be a little newer
    assert live.sales[story.end] == story.end - LATENESS


def test_nothing_false_is_ever_said(live: Live, story: Story):
    """Neither in the outage nor while the backlog comes in: what is open is missed, and who is warned of was not called by then."""
    leads = {f"lead:{lead.name}": lead for lead in story.leads}
    opened = [(leads[one.alert.matter], one) for one in about_leads(live) if one.alert.status == "open"]
    assert [one for lead, one in opened if lead.is_worked_by(lead.due if one.alert.level == "broken" else lead.warned)] == []


def test_each_verdict_that_nobody_can_know_is_held_and_counted(live: Live, story: Story):
    held = [(said.alert.matter, said.at) for said in about_leads(live) if said.alert.change == "held"]
    in_the_outage = sorted(matter for matter, at in held if story.gone < at < story.back)
    assert in_the_outage == sorted(f"lead:{lead.name}" for lead in story.leads if is_unknown_in_the_outage(lead, story))
    labels = {"rule": RULE, "change": "held"}
    assert live.metrics.registry.get_sample_value("redthread_alert_changes_total", labels) == len(held)
    opened = [said for said in about_leads(live) if said.alert.change == "opened" and story.gone + BEAT + LATENESS < said.at < story.back]
    assert opened == []


def test_when_the_backlog_is_in_the_right_ones_have_fired_once(live: Live, story: Story):
    told = of_leads(live, story)
    for lead in story.leads:
        said = told[lead.name]
        last = (said[-1].alert.status, said[-1].alert.level) if said else None
        times = len(fired(said))
        if not lead.is_missed:
            assert (times, last in (None, ("withdrawn", "broken"), ("resolved", "at_risk"))) == (0, True), said
        elif lead.worked is None:
            assert (times, last) == (1, ("open", "broken")), said
        else:  # the end may have been known together with the break
            assert (times <= 1, last) == (True, ("resolved", "broken")), said
            assert len([one for one in said if one.alert.change == "resolved"]) == 1


def test_the_silence_of_the_crm_is_one_alert_from_its_last_sign_to_the_first_of_the_backlog(live: Live, story: Story, tables: Address):
    assert live.problems == []
    silent, back = story.delivered(story.gone) + QUIET, story.delivered(story.gone + BEAT)
    told = [
        (s.alert.rule, s.alert.change, s.alert.key, s.alert.starts_at // US, s.alert.ends_at and s.alert.ends_at // US) for s in live.across
    ]
    assert told == [
        ("source_silent", "opened", ("crm",), silent, None),
        ("source_silent", "resolved", ("crm",), silent, back),
    ]
    opened, resolved = live.across
    assert (opened.at - silent <= ASK, resolved.at - back <= ASK, opened.alert.alert_id) == (True, True, resolved.alert.alert_id)
    with Reader(tables) as reader:
        assert list(reader.query(CHANGES).rows) == [
            ("source_silent", "opened", "open", False),
            ("source_silent", "resolved", "resolved", False),
        ]
