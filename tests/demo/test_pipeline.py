"""The exports through all three stages, in memory: the alerts are the truth, and everybody is one customer.

Read at once, and in parts with time passing in between: then alarms are raised that later records and merges take back, which must not show.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import asdict

from schemas.alert import Alert
from schemas.clock import Clock
from schemas.dead_letter import DeadLetter
from schemas.identity import Arrived, IdentityChange
from schemas.timeline import TimelineEntry
from streams.bootstrap import customer_stage, inputs_of
from streams.config import Loaded, load
from streams.core.identity import IdentityRules
from streams.demo.generate import Generated, generate
from streams.demo.score import Score, score
from streams.demo.workdays import DAY, HOUR
from streams.demo.world import World
from streams.engine.embedded import EmbeddedEngine
from streams.engine.store import MemoryStore
from streams.sources.readers import read
from streams.stages.ingest import Ingest

SECRET = b"the key of the demo's tests"


class Kept:
    """What was published: every change of an alert, and of everything else by its name the newest."""

    def __init__(self) -> None:
        self.changes: dict[str, list[Alert]] = {}
        self.owners: dict[str, IdentityChange] = {}
        self.entries: dict[str, TimelineEntry] = {}

    def write(self, token: str, outputs: list[object]) -> list[DeadLetter]:
        for output in outputs:
            if isinstance(output, Alert):
                self.changes.setdefault(output.alert_id, []).append(output)
            elif isinstance(output, IdentityChange):
                self.owners[output.identifier] = max(output, self.owners.get(output.identifier, output), key=lambda c: c.version)
            elif isinstance(output, TimelineEntry):
                known = self.entries.get(output.touchpoint.event_id, output)
                self.entries[output.touchpoint.event_id] = max(output, known, key=lambda e: e.skip)
        return []

    def alerts(self) -> list[Alert]:
        """As they are now."""
        return [max(changes, key=lambda a: a.version) for changes in self.changes.values()]


class Pipeline:
    """One company, read part by part."""

    def __init__(self, made: Generated) -> None:
        self.loaded: Loaded = load(made.company)
        self.kept, self.made = Kept(), made
        self._ingest = Ingest(self.loaded.company, SECRET)
        rules = IdentityRules.of(self.loaded.company)
        self._engine = EmbeddedEngine(rules, customer_stage(self.loaded.company, self.loaded.court), MemoryStore(), self.kept)
        self._logged = self._newest = 0
        self.truth = json.loads(made.truth.read_text(encoding="utf-8"))
        # Those are asked of the tables, which there are none of here; `redthread demo` compares them too.
        self.truth["alerts"] = [alert for alert in self.truth["alerts"] if alert["rule"] not in load(made.company).company.across]

    def read(self, folder: Path) -> None:
        """All files of a folder; then time passes up to the newest event."""
        for given in inputs_of(self.loaded.company, [folder])[0]:
            for record in read(given.path, given.source, longest=self.loaded.company.max_record):
                if not isinstance(record, DeadLetter):
                    self._logged += 1
                    outputs = self._ingest.ingest(given.source, record._replace(logged=self._logged))
                    self._newest = max(
                        self._newest, *(o.message.touchpoint.at for o in outputs if isinstance(getattr(o, "message", 0), Arrived)), 0
                    )
                    self._engine.accept(outputs)
            self._engine.settle()
        self._engine.tick(Clock(self._newest), commit=lambda: self._engine.commit("", b""))
        self._engine.commit("", b"")
        self._engine.flush()

    def close(self) -> None:
        self._engine.close()

    def owners(self) -> dict[str, str]:
        """Identifiers as in the truth -> customer."""
        return dict(self._owners())

    def _owners(self) -> Iterator[tuple[str, str]]:
        lists = ("people", "alerts", "near_misses", "merges")
        for name in {i for of in lists for entry in self.truth[of] for i in (entry if of == "people" else entry["identifiers"])}:
            for hashed in self._ingest.identifiers.lookups(name):
                if hashed in self.kept.owners:
                    yield name, self.kept.owners[hashed].customer_id or ""

    def score(self) -> Score:
        return score(self.truth, [asdict(alert) for alert in self.kept.alerts()], self.owners())


def assert_perfect(answer: Score) -> None:
    assert (answer.missing, answer.unexpected, answer.split, answer.joined) == ((), (), (), ())
    assert (answer.precision, answer.recall, answer.perfect) == (1.0, 1.0, True)


def apart(merges: list[Mapping[str, Any]], owners: Mapping[str, str]) -> set[str]:
    """The second names of those who are two customers: both names are known, and are not one."""
    pairs = [merge["identifiers"] for merge in merges]
    return {other for one, other in pairs if one in owners and other in owners and owners[one] != owners[other]}


@pytest.mark.parametrize("seed", [1, 8, 21])
def test_what_the_pipeline_finds_is_the_truth(tmp_path: Path, seed: int) -> None:
    pipeline = Pipeline(generate(seed, 300, 60, tmp_path))
    pipeline.read(pipeline.made.exports)
    pipeline.close()

    assert_perfect(pipeline.score())
    entries = pipeline.kept.entries.values()
    assert sum(entry.attributed_to is None for entry in entries) == pipeline.truth["counts"]["unattributed"]


@pytest.mark.parametrize(
    ("customers", "days", "every"), [(300, 60, 2 * DAY), pytest.param(2_000, 90, DAY, marks=pytest.mark.thorough)], ids=["small", "whole"]
)
def test_what_is_found_while_the_days_pass_ends_in_the_truth(tmp_path: Path, customers: int, days: int, every: int) -> None:
    world = World(1, customers, days)
    cuts = [*range(world.start + every, world.as_of, every), world.outage[1] - HOUR]
    pipeline = Pipeline(generate(1, customers, days, tmp_path, cuts))
    merges, seen = pipeline.truth["merges"], set[str]()
    for part in pipeline.made.parts:
        pipeline.read(part)
        seen |= apart(merges, pipeline.owners())
    pipeline.close()

    assert_perfect(pipeline.score())
    assert apart(merges, pipeline.owners()) == set()
    assert len(seen) > 0.9 * len(merges)  # of the others the second name and the link arrived in one part
    alerts = [changes for changes in pipeline.kept.changes.values() if changes[-1].level == "broken"]
    moved = {changes[-1].rule for changes in alerts if len({change.customer_id for change in changes}) > 1}
    causes = {(changes[-1].rule, changes[-1].cause) for changes in alerts if changes[-1].status == "withdrawn"}
    assert moved >= {"silence", "late_delivery"}
    assert causes >= {(rule, "identity_merge") for rule in ("silence", "lead_not_followed_up", "broken_promise")}
    assert causes >= {(rule, "late_event") for rule in ("silence", "lead_not_followed_up", "not_picked_up")}
