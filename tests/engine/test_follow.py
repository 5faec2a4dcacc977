"""Files that come in after a run are live; what the run found is history."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.alert import Alert
from schemas.clock import Clock
from schemas.company import Company
from schemas.source import Source
from streams.bootstrap import customer_stage
from streams.config import court_of
from streams.core.calendar import duration, instant
from streams.core.identity import IdentityRules
from streams.engine.backfill import Backfill, Heard, Input, live_clock
from streams.engine.embedded import EmbeddedEngine
from streams.engine.store import MemoryStore
from streams.stages.ingest import Ingest
from tests.integration.kafka_world import MemorySink

COMPANY = Company.model_validate(
    {
        "company": "Example",
        "sources": [
            {
                "source": "desk",
                "department": "service",
                "lateness": "10m",
                "quiet": "7d",
                "input": {"format": "jsonl", "files": "desk*.jsonl"},
                "defaults": {"time": "at", "identifiers": {"crm_id": "customer"}, "refs": {"ticket": "ticket"}},
                "events": [{"type": {"from": "did", "map": {"asked": "contact.inbound", "answered": "contact.outbound"}}}],
            }
        ],
        "matter": ["ticket"],
        "rules": {
            "answer": {
                "title": "Customer asked, nobody answered",
                "who": "service",
                "per": "matter",
                "expect": {"after": "contact.inbound", "then": "contact.outbound", "within": "24h"},
            }
        },
    }
)
DAY = duration("1d")
MARCH = instant("2026-03-01")


class Folder:
    """A data folder in memory and the files beside it; a `process` goes on from what the last one has saved."""

    def __init__(self, path: Path) -> None:
        self.path, self.store = path, MemoryStore()
        self.inputs: list[Input] = []

    def write(self, name: str, day: float, *records: tuple[float, str, str]) -> None:
        """A file that is written on that day of March; records are (day, what was done, ticket)."""
        file = self.path / f"desk-{name}.jsonl"
        lines = [{"customer": ticket, "ticket": ticket, "did": did, "at": str(spoken(at))} for at, did, ticket in records]
        file.write_text("".join(json.dumps(line) + "\n" for line in lines))
        os.utime(file, (seconds(day), seconds(day)))
        self.inputs.append(Input(COMPANY.sources[0], file))

    def process(self, *lives: float, run: bool = False) -> list[tuple[str, str, bool]]:
        """A run, or looks on these days; what is published of alerts: ticket, change, historical."""
        sink = MemorySink()
        engine = EmbeddedEngine(IdentityRules.of(COMPANY), customer_stage(COMPANY, court_of(COMPANY)), self.store, sink)
        ingest = Ingest(COMPANY, b"key")
        backfill = Backfill(engine, ingest.ingest, self.store, version="", longest=10_000, received_at=at(30), lateness=duration("10m"))
        if run:
            backfill.run(self.inputs, None)
        for day in lives:
            backfill.follow(self.inputs, at(day))
        engine.close()
        found = [message for message in sink.written if isinstance(message, Alert) and message.rule == "answer"]
        return [(alert.matter, alert.change, alert.historical) for alert in found]


def at(day: float) -> int:
    return MARCH + round((day - 1) * DAY)


def seconds(day: float) -> float:
    return at(day) / 1e6


def spoken(day: float) -> datetime:
    return datetime.fromtimestamp(seconds(day), UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Asked on the first (never answered), on the second (answered too late) and on the fourth (nothing yet)."""
    made = Folder(tmp_path)
    made.write("1", 5, (1, "asked", "1"), (2, "asked", "2"), (3.5, "answered", "2"), (4, "asked", "3"), (4.5, "answered", "9"))
    return made


def test_everything_that_a_run_finds_is_history(folder: Folder):
    assert sorted(folder.process(run=True)) == [("ticket:1", "opened", True), ("ticket:2", "resolved", True)]


def test_an_open_deadline_fires_once_when_it_passes_after_the_run(folder: Folder):
    folder.process(run=True)
    assert folder.process(4.9, 4.95) == []
    assert folder.process(6) == [("ticket:3", "opened", False)]
    assert folder.process(7, 8) == []


def test_the_end_of_what_was_history_is_history_and_the_end_of_what_was_live_is_live(folder: Folder):
    folder.process(run=True)
    folder.process(6)
    folder.write("2", 7, (6.5, "answered", "1"), (6.6, "answered", "3"))
    assert sorted(folder.process(7)) == [("ticket:1", "resolved", True), ("ticket:3", "resolved", False)]


def test_a_later_run_with_new_files_is_history_again(folder: Folder):
    folder.process(run=True)
    folder.write("2", 7, (6, "answered", "9"))
    assert folder.process(run=True) == [("ticket:3", "opened", True)]
    folder.write("3", 9, (6.5, "asked", "4"))
    assert folder.process(9) == [("ticket:4", "opened", False)]


def test_a_run_after_live_days_judges_too_although_its_events_are_older(folder: Folder):
    folder.process(run=True)
    folder.process(6)
    folder.write("2", 6, (3, "asked", "5"))
    assert folder.process(run=True) == [("ticket:5", "opened", True)]


def test_what_is_found_of_the_past_while_live_is_history(folder: Folder):
    folder.process(run=True)
    folder.write("2", 5, (1.5, "asked", "6"))
    assert folder.process(4.9) == [("ticket:6", "opened", True)]


def test_a_source_that_is_silent_stands_still_and_never_goes_back():
    source: Source = COMPANY.sources[0]
    before = Clock(at(5), {}, at(4))
    alive = live_clock([Heard(source, at(5))], at(6), before)
    assert alive == Clock(at(6), {"service": at(6) - duration("10m")}, at(4))
    assert live_clock([Heard(source, at(5))], at(20), alive) == Clock(at(20), alive.departments, at(4))
    assert live_clock([Heard(source, at(1))], at(4), before) == Clock(at(5), {"service": at(5)}, at(4))
