"""The simulated company: the same seed gives the same bytes, every rule has its stories, and what is written is what is said."""

import json
from collections import Counter
from pathlib import Path

import pytest

from schemas.dead_letter import DeadLetter
from schemas.identity import Arrived
from schemas.strict import InvalidConfiguration
from streams.bootstrap import inputs_of
from streams.config import load
from streams.demo.generate import Generated, generate, imagine
from streams.demo.stories.told import ACROSS, BREAKS, NEAR_MISSES, last_end, pairs
from streams.demo.workdays import DAY
from streams.demo.world import World
from streams.sources.readers import read
from streams.stages.ingest import Ingest


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    return generate(5, 300, 60, tmp_path_factory.mktemp("company"))


@pytest.fixture(scope="module")
def truth(made: Generated):
    return json.loads(made.truth.read_text(encoding="utf-8"))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def test_the_same_seed_gives_the_same_bytes_and_another_one_another_company(made: Generated, tmp_path: Path) -> None:
    first = contents(made.company.parent)
    generate(5, 300, 60, tmp_path / "again")
    generate(6, 300, 60, tmp_path / "other")

    assert contents(tmp_path / "again") == first
    assert {name for name, content in contents(tmp_path / "other").items() if content == first[name]} == {
        name for name in first if name.endswith(".yaml")
    }


def test_generating_into_a_folder_replaces_what_another_size_left_there(made: Generated, tmp_path: Path) -> None:
    generate(6, 320, 62, tmp_path)
    (tmp_path / "exports" / "left.csv").write_text("over", encoding="utf-8")
    generate(5, 300, 60, tmp_path)

    assert contents(tmp_path) == contents(made.company.parent)


def test_every_shipped_rule_is_broken_three_times_and_nearly_broken_twice(made: Generated, truth) -> None:
    rules = set(load(made.company).company.rules)
    broken = Counter(alert["rule"] for alert in truth["alerts"] if alert["level"] == "broken")
    near = Counter(miss["rule"] for miss in truth["near_misses"])

    assert rules == {rule for rule in rules if broken[rule] >= 3 and near[rule] >= 2}
    assert set(BREAKS) == set(NEAR_MISSES) == rules
    assert {rule: len(stories) for rule, stories in BREAKS.items() if len(stories) < 3} == {}
    assert {rule: len(stories) for rule, stories in NEAR_MISSES.items() if len(stories) < 2} == {}


def test_every_rule_across_customers_is_broken_and_nearly_broken_twice(made: Generated, truth) -> None:
    rules = load(made.company).company.across
    broken = {rule: [tuple(alert["key"]) for alert in truth["alerts"] if alert["rule"] == rule] for rule in rules}
    near = {rule: [tuple(miss["key"]) for miss in truth["near_misses"] if miss["rule"] == rule] for rule in rules}

    assert broken == {
        "unheard_theme": [("product", "Ludwig sofa"), ("reason", "smells of glue"), ("product", "Isar table")],
        "perception_gap": [("sales",), ("marketing",)],
        "source_silent": [()] * 4,  # of systems: streams.demo.systems.heartbeats
    }
    assert near == {
        "unheard_theme": [("product", "Kastanie lamp"), ("product", "Alpsee bed"), ("reason", "a screw is missing")],
        "perception_gap": [("online",), ("engineering",), ("offline",)],
        "source_silent": [()] * 2,
    }
    assert set(ACROSS) == set(rules) - {"source_silent"}


def test_what_many_customers_share_is_told_once_however_large_the_company_is() -> None:
    expected = [[e for e in imagine(1, customers, 60).expected if e.key] for customers in (300, 4_000)]

    assert expected[0] == expected[1]


def test_alerts_that_are_over_and_that_go_on_and_warnings_are_all_expected(truth) -> None:
    kinds = {(alert["level"], alert["status"]) for alert in truth["alerts"]}

    assert kinds == {("broken", "open"), ("broken", "resolved"), ("at_risk", "resolved")}
    assert all((alert["status"] == "resolved") is (alert["ends_at"] is not None) for alert in truth["alerts"])


def test_every_file_is_read_by_its_source_and_gives_the_records_that_are_told(made: Generated, truth) -> None:
    company = load(made.company).company
    ingest = Ingest(company, b"secret")
    inputs, unmatched = inputs_of(company, [made.exports])
    records, seen, dead = 0, Counter[str](), Counter[str]()
    newest = 0
    for given in inputs:
        for record in read(given.path, given.source, longest=company.max_record):
            records += 1
            outputs = (record,) if isinstance(record, DeadLetter) else ingest.ingest(given.source, record)
            for output in outputs:
                if isinstance(output, DeadLetter):
                    dead[output.reason] += 1
                elif isinstance(output.message, Arrived):
                    seen[output.message.touchpoint.event_id] += 1
                    newest = max(newest, output.message.touchpoint.at)

    assert unmatched == []
    assert len(inputs) == 11
    assert (records, seen.total(), seen.total() - len(seen), dict(dead)) == (
        truth["counts"]["records"],
        truth["counts"]["touchpoints"],
        truth["counts"]["duplicates"],
        truth["counts"]["dead_letters"],
    )
    assert newest == made.as_of


def test_records_arrive_late_and_an_outage_holds_them_back_for_hours(made: Generated) -> None:
    entries = [
        json.loads(line) for line in (made.exports / "desk_audit.jsonl").read_text(encoding="utf-8").splitlines() if line.endswith("}")
    ]
    times = [entry["event"]["at"] for entry in entries if entry["event"]["at"] != "yesterday"]
    beats = {entry["event"]["at"] for entry in entries if entry["event"]["name"] == "ping"}

    assert times != sorted(times)
    assert len(beats) < 14 * 24 * 6 - 6 * 6  # seven hours of beats are missing


@pytest.mark.parametrize(("customers", "days"), [(299, 90), (2_000, 59), (2_000, 201)])
def test_a_company_too_small_for_its_stories_is_refused(tmp_path: Path, customers: int, days: int) -> None:
    with pytest.raises(InvalidConfiguration, match="300 customers or more and 60 to 200 days"):
        generate(1, customers, days, tmp_path)


def test_a_limit_ends_when_so_many_have_run_out_that_it_is_kept() -> None:
    times = [0, DAY, 2 * DAY]

    assert (last_end(times, 1, 7), pairs(times, 1)) == (8 * DAY, 3)
    with pytest.raises(ValueError, match="told wrongly"):
        last_end(times, 1, 1)


def test_a_tenth_comes_twice_a_twentieth_is_late_and_two_hundred_are_two_customers_for_a_while(tmp_path: Path) -> None:
    made = generate(1, 2_000, 90, tmp_path)
    truth = json.loads(made.truth.read_text(encoding="utf-8"))
    counts = truth["counts"]

    assert 0.10 <= counts["duplicates"] / counts["records"] < 0.12
    assert 0.05 <= counts["late"] / counts["records"] < 0.06
    assert 200 <= len(truth["merges"]) == len({tuple(merge["identifiers"]) for merge in truth["merges"]})
    assert all(merge["linked_at"] <= truth["as_of"] for merge in truth["merges"])


def test_deadlines_fall_into_the_outage(truth) -> None:
    during = {entry["rule"] for kind in ("alerts", "near_misses") for entry in truth[kind] if "the_desk_was_gone" in entry["story"]}

    assert during == {"silence", "not_picked_up"}


def test_parts_hold_what_had_arrived_by_then_and_together_everything(made: Generated, tmp_path: Path) -> None:
    days = World(5, 300, 60)
    parts = generate(5, 300, 60, tmp_path, cuts=[days.start + 20 * DAY, days.start + 40 * DAY]).parts
    whole = (made.exports / "web_calls.jsonl").read_text(encoding="utf-8")

    assert [part.name for part in parts] == ["part-01", "part-02", "part-03"]
    assert "".join((part / "web_calls.jsonl").read_text(encoding="utf-8") for part in parts) == whole
    assert [(part / "crm_contacts_1.csv").exists() for part in parts] == [False, True, False]
    assert [(part / "crm_contacts_2.csv").exists() for part in parts] == [False, False, True]
