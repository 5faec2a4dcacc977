"""The laws of judging, over generated histories and rules that use every parameter of the language.

`--hypothesis-profile=thorough` tries five times as many.
"""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.clock import Clock
from schemas.touchpoint import NEVER, Touchpoint
from streams.core.rules.court import Judgement
from tests.core.rules.histories import BASE, CLOCKS, COURT, HOUR, by_id, everybody, histories

pytestmark = pytest.mark.law

DEPARTMENTS = ("north", "south", "east")
HOLDERS = {"p1", "p2", "p3", "p4"}  # who had it in which order inside one instant: there names have to decide


@given(histories(), CLOCKS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(touchpoints: list[Touchpoint], clock: Clock, random: Random) -> None:
    as_given = COURT.judge(touchpoints, clock)
    random.shuffle(touchpoints)
    assert COURT.judge(touchpoints, clock) == as_given


@given(histories(), CLOCKS)
def test_the_names_of_simultaneous_events_do_not_matter(touchpoints: list[Touchpoint], clock: Clock) -> None:
    """Reversing all event ids, which only break ties, leaves everything but the names."""

    def shape(judgement: Judgement) -> Counter[tuple[object, ...]]:
        return Counter((f.rule, f.key, f.level, f.since, f.until, f.size) for f in judgement.findings if f.rule not in HOLDERS)

    renamed = [replace(t, event_id=f"x{99 - int(t.event_id[1:]):02}") for t in touchpoints]
    assert shape(COURT.judge(renamed, clock)) == shape(COURT.judge(touchpoints, clock))


@given(histories(), st.randoms(use_true_random=False))
def test_an_answer_changes_only_when_somebody_was_to_be_woken(touchpoints: list[Touchpoint], random: Random) -> None:
    """From wake to wake, until nobody is to be woken any more: in between, and right before the next one, the answer is the same."""
    now = BASE - HOUR
    judgement = COURT.judge(touchpoints, everybody(now))
    while judgement.wakes:
        wake = min(at for _, at in judgement.wakes)
        assert wake > now
        for instant in (random.randrange(now, wake), wake - 1):
            assert by_id(COURT.judge(touchpoints, everybody(instant))) == by_id(judgement)
        now, judgement = wake, COURT.judge(touchpoints, everybody(wake))
    assert by_id(COURT.judge(touchpoints, everybody(NEVER - 1))) == by_id(judgement)


@given(histories(), CLOCKS, st.sampled_from(DEPARTMENTS), st.integers(1, 40))
def test_an_answer_changes_only_when_a_clock_reaches_a_wake(touchpoints: list[Touchpoint], clock: Clock, moved: str, hours: int) -> None:
    before = COURT.judge(touchpoints, clock)
    later = Clock(clock.now, {**clock.departments, moved: clock.departments[moved] + hours * HOUR})
    if all(later.of(hears) < at for hears, at in before.wakes):
        assert by_id(COURT.judge(touchpoints, later)) == by_id(before)


@given(histories(), CLOCKS)
def test_only_the_clocks_that_a_rule_hears_matter(touchpoints: list[Touchpoint], clock: Clock) -> None:
    everything = COURT.judge(touchpoints, clock)
    for name, judge in COURT.judges.items():
        if judge.rule.judge == "now":
            alone = COURT.judge(
                touchpoints, Clock(NEVER - 1, dict.fromkeys(DEPARTMENTS, NEVER - 1) | {d: clock.of((d,)) for d in judge.hears})
            )
            assert [f for f in alone.findings if f.rule == name] == [f for f in everything.findings if f.rule == name]
