"""The exports through all three stages, in memory: the alerts are the truth, and everybody is one customer."""

import json
from pathlib import Path

import pytest
from msgspec.structs import asdict

from schemas.alert import Alert
from schemas.clock import Clock
from schemas.dead_letter import DeadLetter
from schemas.identity import IdentityChange
from schemas.timeline import TimelineEntry
from streams.bootstrap import customer_stage, inputs_of
from streams.config import load
from streams.core.identity import IdentityRules
from streams.demo.generate import generate
from streams.demo.score import score
from streams.engine.embedded import EmbeddedEngine
from streams.engine.store import MemoryStore
from streams.sources.readers import read
from streams.stages.ingest import Ingest

SECRET = b"the key of the demo's tests"


class Kept:
    """What was published, by its name the newest."""

    def __init__(self) -> None:
        self.alerts: dict[str, Alert] = {}
        self.owners: dict[str, IdentityChange] = {}
        self.entries: dict[str, TimelineEntry] = {}

    def write(self, token: str, outputs: list[object]) -> list[DeadLetter]:
        for output in outputs:
            if isinstance(output, Alert):
                self.alerts[output.alert_id] = max(output, self.alerts.get(output.alert_id, output), key=lambda a: a.version)
            elif isinstance(output, IdentityChange):
                self.owners[output.identifier] = max(output, self.owners.get(output.identifier, output), key=lambda c: c.version)
            elif isinstance(output, TimelineEntry):
                known = self.entries.get(output.touchpoint.event_id, output)
                self.entries[output.touchpoint.event_id] = max(output, known, key=lambda e: e.skip)
        return []


@pytest.mark.parametrize("seed", [1, 8, 21])
def test_what_the_pipeline_finds_is_the_truth(tmp_path: Path, seed: int) -> None:
    made = generate(seed, 300, 60, tmp_path)
    loaded = load(made.company)
    ingest, kept = Ingest(loaded.company, SECRET), Kept()
    rules = IdentityRules.of(loaded.company)
    engine = EmbeddedEngine(rules, customer_stage(loaded.company, loaded.court), MemoryStore(), kept)
    logged = 0
    for given in inputs_of(loaded.company, [made.exports])[0]:
        for record in read(given.path, given.source, longest=loaded.company.max_record):
            if not isinstance(record, DeadLetter):
                logged += 1
                engine.accept(ingest.ingest(given.source, record._replace(logged=logged)))
        engine.settle()
    engine.tick(Clock(made.as_of), historical=True, commit=lambda: engine.commit("", b""))
    engine.commit("", b"")
    engine.close()

    truth = json.loads(made.truth.read_text(encoding="utf-8"))
    # Those are asked of the tables, which there are none of here; `redthread demo` compares them too.
    truth["alerts"] = [alert for alert in truth["alerts"] if alert["rule"] not in loaded.company.across]
    named = {
        i
        for people in (truth["people"], *([e["identifiers"] for e in truth[k]] for k in ("alerts", "near_misses")))
        for p in people
        for i in p
    }
    owners = {
        name: kept.owners[hashed].customer_id or ""
        for name in named
        for hashed in ingest.identifiers.lookups(name)
        if hashed in kept.owners
    }
    answer = score(truth, [asdict(alert) for alert in kept.alerts.values()], owners)

    assert (answer.missing, answer.unexpected, answer.split, answer.joined) == ((), (), (), ())
    assert answer.perfect
    assert sum(entry.attributed_to is None for entry in kept.entries.values()) == truth["counts"]["unattributed"]
