"""The CRM is gone for eight hours with 3,000 open leads: nothing false is said meanwhile, and afterwards what is right is said once.

Live, on a wall clock that goes on by minutes: the embedded engine, with the keeper of the time that the workers on Kafka have.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from schemas.alert import Alert
from schemas.clock import SourceReport
from schemas.dead_letter import DeadLetter
from schemas.touchpoint import Origin
from streams.bootstrap import customer_stage
from streams.config import load
from streams.core.identity import IdentityRules
from streams.demo.workdays import MINUTE
from streams.engine.embedded import EmbeddedEngine
from streams.engine.faust.metrics import Metrics
from streams.engine.store import MemoryStore
from streams.engine.watermarks import Timekeeper, TimeState, watched
from streams.sources.record import Record
from streams.stages.ingest import Ingest
from tests.engine.crm_outage import BEAT, DELIVERED_WITHIN, Lead, Story, write_company

US = 1_000_000
RULE = "lead_not_followed_up"
LOOK = 2 * MINUTE  # the wall goes on by so much from tick to tick
LATENESS = 10 * MINUTE  # of the CRM, as the company says


class Said(NamedTuple):
    """A change of an alert, and when it was published."""

    at: int
    alert: Alert


class Live:
    """Records come in, every partition reports, the keeper of the time ticks, the engine judges."""

    def __init__(self, folder: Path) -> None:
        loaded = load(write_company(folder))
        self._sources = {source.input.topic: source for source in loaded.company.sources}
        self._ingest = Ingest(loaded.company, b"secret")
        self._engine = EmbeddedEngine(
            IdentityRules.of(loaded.company), customer_stage(loaded.company, loaded.court), MemoryStore(), self, partitions=1
        )
        self._keeper = Timekeeper(watched(loaded.company), 1)
        self._state = TimeState()
        self._arrived = dict.fromkeys(self._sources, 0)
        self._newest = dict.fromkeys(self._sources, 0)
        self._now = self._logged = 0
        self.said: list[Said] = []
        self.sales: dict[int, int] = {}  # the wall -> up to when sales is complete, seconds
        self.metrics = Metrics()

    def write(self, token: str, outputs: list[object]) -> list[DeadLetter]:
        self.metrics.outputs("customer", outputs)
        self.said += [Said(self._now, output) for output in outputs if isinstance(output, Alert) and output.rule == RULE]
        return []

    def receive(self, topic: str, at: int, raw: bytes) -> None:
        self._logged += 1
        outputs = self._ingest.ingest(self._sources[topic], Record(Origin(topic, 0, self._logged), raw, logged=self._logged))
        self._arrived[topic] = at
        self._newest[topic] = max(self._newest[topic], *(output.message.touchpoint.at for output in outputs))
        self._engine.accept(outputs)

    def look(self, now: int) -> None:
        """The wall says `now`."""
        self._now = now
        for topic, arrived in self._arrived.items():
            report = SourceReport(topic, 0, 1, now * US, arrived * US, self._newest[topic], True)
            self._state, ticks = self._keeper.hear(self._state, report)
            for tick in ticks:
                self.sales[now] = tick.clock.departments["sales"] // US
                self._engine.tick(tick.clock, commit=self._commit)
        self._commit()
        self._engine.flush()

    def _commit(self) -> None:
        self._engine.commit("", b"")

    def close(self) -> None:
        self._engine.close()


@pytest.fixture(scope="module")
def story() -> Story:
    return Story()


@pytest.fixture(scope="module")
def live(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The whole story, told."""
    live = Live(tmp_path_factory.mktemp("company"))
    arrivals = iter(story.arrivals())
    waiting = next(arrivals, None)
    for now in range(story.begins + LOOK, story.end + LOOK, LOOK):
        while waiting is not None and waiting.at <= now:
            live.receive(waiting.topic, waiting.at, waiting.raw)
            waiting = next(arrivals, None)
        live.look(now)
    yield live
    live.close()


def of_leads(live: Live, story: Story) -> dict[str, list[Said]]:
    """Lead -> everything that was said of it, in order."""
    found: dict[str, list[Said]] = {lead.name: [] for lead in story.leads}
    for said in live.said:
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
    opened = [(leads[one.alert.matter], one) for one in live.said if one.alert.status == "open"]
    assert [one for lead, one in opened if lead.is_worked_by(lead.due if one.alert.level == "broken" else lead.warned)] == []


def test_each_verdict_that_nobody_can_know_is_held_and_counted(live: Live, story: Story):
    held = [(said.alert.matter, said.at) for said in live.said if said.alert.change == "held"]
    in_the_outage = sorted(matter for matter, at in held if story.gone < at < story.back)
    assert in_the_outage == sorted(f"lead:{lead.name}" for lead in story.leads if is_unknown_in_the_outage(lead, story))
    labels = {"rule": RULE, "change": "held"}
    assert live.metrics.registry.get_sample_value("redthread_alert_changes_total", labels) == len(held)
    opened = [said for said in live.said if said.alert.change == "opened" and story.gone + BEAT + LATENESS < said.at < story.back]
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
