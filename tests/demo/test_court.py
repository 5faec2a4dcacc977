"""The stories by themselves: judged on their true histories, the rules say exactly what the storytellers expected, and nothing of calm days."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from importlib.resources import as_file, files
from typing import Any

import pytest

from schemas.clock import Clock
from schemas.rule import Rule
from schemas.touchpoint import Touchpoint
from streams.config import load
from streams.core.rules.court import Court, Judgement
from streams.core.rules.finding import Finding
from streams.demo.generate import imagine
from streams.demo.happenings import Happening
from streams.demo.truth import document
from streams.demo.world import SHARED

US = 1_000_000


@pytest.fixture(scope="module")
def court() -> Court:
    with as_file(files("streams.demo").joinpath("company")) as folder:
        return load(folder).court


def touchpoint(number: int, happening: Happening) -> Touchpoint:
    return Touchpoint(
        event_id=f"e{number}",
        type=happening.type,
        at=happening.at * US,
        source=happening.system,
        department=happening.department,
        ids=tuple(f"{kind}:{value}" for kind, value in happening.known.items()),
        refs={kind: (ref,) for kind, ref in happening.refs.items()},
        channel=happening.channel,
        team=happening.team,
        facts=happening.facts,
        due_at=None if happening.due_at is None else happening.due_at * US,
        attributes=dict(happening.attributes or {}),
    )


def matter(rule: Rule, finding: Finding, judgement: Judgement) -> str:
    per = (rule.per,) if isinstance(rule.per, str) else rule.per
    ref = next((field.removeprefix("ref.") for field in per if field.startswith("ref.")), None)
    if "matter" not in per and ref is None:
        return ""
    found = judgement.matters.get(finding.anchor)
    return ":".join(found) if found else f"{ref}:{finding.key[0]}" if ref else ""


def found_in(court: Court, history: Iterable[Touchpoint], as_of: int) -> Counter[Any]:
    judgement = court.judge(list(history), Clock(as_of * US))
    return Counter(
        (
            finding.rule,
            matter(court.judges[finding.rule].rule, finding, judgement),
            finding.level,
            "open" if finding.until is None else "resolved",
            finding.size,
        )
        for finding in judgement.findings
    )


@pytest.mark.parametrize(("seed", "customers", "days"), [(1, 2_000, 90), (2, 300, 60), (3, 300, 90), (4, 350, 120), (5, 300, 200)])
def test_the_truth_is_what_the_rules_find_in_everybodys_true_history(court: Court, seed: int, customers: int, days: int) -> None:
    world = imagine(seed, customers, days)
    histories: dict[int, list[Touchpoint]] = defaultdict(list)
    for number, happening in enumerate(world.happenings):
        if happening.person is not None:
            histories[happening.person.number].append(touchpoint(number, happening))
    expected: dict[int, Counter[Any]] = defaultdict(Counter)
    for wanted, alert in zip(world.expected, document(world.expected, (), world.happenings, world.as_of, {})["alerts"], strict=True):
        if wanted.person is not None and wanted.rule != SHARED:
            expected[wanted.person.number][tuple(alert[name] for name in ("rule", "matter", "level", "status", "occurrences"))] += 1
    found = {number: found_in(court, history, world.as_of) for number, history in histories.items()}

    assert {number: alerts for number, alerts in found.items() if alerts != expected[number]} == {}
    assert set(expected) <= set(found)
