"""The laws of late truth: judging whenever something arrives ends where judging everything at once ends."""

from collections.abc import Iterable
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.clock import Clock
from schemas.touchpoint import Touchpoint
from streams.core.rules.court import Judgement
from streams.core.rules.finding import Finding
from tests.core.rules.histories import BASE, COURT, HOUR, by_id, histories

pytestmark = pytest.mark.law

DEPARTMENTS = ("north", "south", "east")
START = BASE - 9 * HOUR
LATE = BASE + 200 * HOUR


class Runner:
    """Judges when a touchpoint was added, and when a clock reaches an instant at which an answer can change; never else."""

    def __init__(self) -> None:
        self.touchpoints: list[Touchpoint] = []
        self.clock = Clock(START, dict.fromkeys(DEPARTMENTS, START))
        self.judgement = COURT.judge((), self.clock)

    def add(self, touchpoint: Touchpoint) -> None:
        self.touchpoints.append(touchpoint)
        self.judgement = COURT.judge(self.touchpoints, self.clock)

    def tick(self, clock: Clock) -> None:
        self.clock = clock
        if any(at <= clock.of(hears) for hears, at in self.judgement.wakes):
            self.judgement = COURT.judge(self.touchpoints, clock)


def advanced(clock: Clock, department: str, hours: int) -> Clock:
    if department == "now":
        return Clock(clock.now + hours * HOUR, clock.departments)
    return Clock(clock.now, {**clock.departments, department: clock.departments[department] + hours * HOUR})


TICKS = st.lists(st.tuples(st.sampled_from([*DEPARTMENTS, "now"]), st.integers(1, 30)), max_size=12)


def held(judgement: Judgement) -> set[Any]:
    return {finding.id for finding in judgement.held}


@given(histories(), TICKS, st.randoms(use_true_random=False))
def test_one_by_one_ends_where_all_at_once_ends(touchpoints: list[Touchpoint], ticks: list[tuple[str, int]], random: Random) -> None:
    runner = Runner()
    todo: list[Touchpoint | tuple[str, int]] = [*touchpoints, *ticks]
    random.shuffle(todo)
    for step in todo:
        if isinstance(step, Touchpoint):
            runner.add(step)
        else:
            runner.tick(advanced(runner.clock, *step))
    at_once = COURT.judge(touchpoints, runner.clock)
    assert by_id(runner.judgement) == by_id(at_once)
    assert held(runner.judgement) == held(at_once)


def certain(judgement: Judgement) -> dict[Any, Finding]:
    """What is only said once everybody concerned has been heard."""
    sure = {name for name, judge in COURT.judges.items() if judge.kind == "expect" or judge.verb.sure}
    return {id: f for id, f in by_id(judgement).items() if f.rule in sure and f.level == "broken"}


def honest(missing: Iterable[Touchpoint]) -> Clock:
    """Every department's clock stands right before the first touchpoint that it has not reported yet."""
    departments = {name: min([t.at for t in missing if t.department == name], default=LATE) - 1 for name in DEPARTMENTS}
    return Clock(LATE, departments)


@given(histories(tie=False), st.randoms(use_true_random=False), st.floats(0, 20))
def test_honest_clocks_withdraw_nothing_that_was_certain(touchpoints: list[Touchpoint], random: Random, delay: float) -> None:
    """At most it is anchored anew, on an earlier opener."""
    arriving = sorted(touchpoints, key=lambda t: t.at + random.random() * delay * HOUR)
    before: dict[Any, Finding] = {}
    for number in range(len(arriving) + 1):
        now = certain(COURT.judge(arriving[:number], honest(arriving[number:])))
        for id in before.keys() - now.keys():
            assert any(f.rule == before[id].rule and f.evidence & before[id].evidence for f in now.values())
        before = now
