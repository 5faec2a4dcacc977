"""From a replay to live: who keeps the time decides, and cannot decide back."""

import pytest

from schemas.clock import Clock, SourceReport
from schemas.touchpoint import NEVER
from streams.engine.watermarks import Timekeeper, TimeState, Watched, WentLive

HOUR = 3_600_000_000
SOURCES = (Watched("shop", ("online",), HOUR, 48 * HOUR), Watched("desk", ("service",), 0, 48 * HOUR))
REPLAY, LIVE = Timekeeper(SOURCES, 1, replay=True), Timekeeper(SOURCES, 1)


def report(topic: str, newest: int, *, now: int = 100, ended: bool = True) -> SourceReport:
    return SourceReport(topic, 0, 1, now=now * HOUR, arrived=90 * HOUR, newest=newest * HOUR, ended=ended)


def heard(keeper: Timekeeper, state: TimeState, *reports: SourceReport) -> tuple[TimeState, list[Clock]]:
    found = []
    for message in reports:
        state, ticks = keeper.hear(state, message)
        found += [tick.clock for tick in ticks]
    return state, found


DONE = (report("shop", 30), report("desk", 20))


def test_what_a_replay_has_seen_to_its_end_is_history_for_the_worker_that_goes_live():
    replayed, (last,) = heard(REPLAY, TimeState(), *DONE)
    assert last == Clock(30 * HOUR, {"online": 30 * HOUR, "service": 30 * HOUR}, NEVER)
    live, clocks = heard(LIVE, replayed, report("shop", 0, now=101), report("desk", 0, now=102))
    assert clocks == [Clock(101 * HOUR, {"online": 100 * HOUR, "service": 102 * HOUR}, 29 * HOUR)]
    assert (REPLAY.is_over(TimeState()), REPLAY.is_over(replayed), LIVE.is_over(live)) == (False, True, False)
    assert (replayed.mode, live.mode, live.live_since) == ("replay", "live", 29 * HOUR)


def test_the_clock_does_not_jump_before_the_sources_have_been_heard():
    """A partition that was just assigned knows nothing: what it said last counts until it has caught up."""
    replayed, _ = heard(REPLAY, TimeState(), *DONE)
    assigned = report("shop", 0, now=0, ended=False), report("desk", 0, now=110, ended=False)
    lagging = report("shop", 0, now=104, ended=False), report("desk", 0, now=111)
    _, clocks = heard(LIVE, replayed, *assigned, *lagging)
    assert clocks == [
        Clock(100 * HOUR, {"online": 99 * HOUR, "service": 110 * HOUR}, 29 * HOUR),
        Clock(104 * HOUR, {"online": 103 * HOUR, "service": 111 * HOUR}, 29 * HOUR),
    ]


def test_a_replay_that_has_not_ended_goes_on_whoever_keeps_the_time():
    begun, _ = heard(REPLAY, TimeState(), report("shop", 10, ended=False), report("desk", 20))
    still, (clock,) = heard(LIVE, begun, report("shop", 15, ended=False), report("desk", 20))
    assert (still.mode, clock) == ("replay", Clock(15 * HOUR, {"online": 14 * HOUR, "service": 15 * HOUR}, NEVER))
    ended, clocks = heard(LIVE, still, *DONE)
    assert (ended.mode, [clock.live_since for clock in clocks]) == ("live", [14 * HOUR])


def test_a_worker_that_still_replays_is_refused_once_the_installation_is_live():
    live, _ = heard(LIVE, TimeState(), *DONE)
    with pytest.raises(WentLive, match="start every worker without --replay"):
        heard(REPLAY, live, *DONE)


def test_without_a_replay_nothing_is_history():
    state, clocks = heard(LIVE, TimeState(), *DONE)
    assert ([clock.live_since for clock in clocks], state.live_since) == ([0], 0)


def test_a_replay_that_closes_its_clocks_later_makes_history_until_then():
    closing = Timekeeper(SOURCES, 1, replay=True, as_of=95 * HOUR)
    replayed, _ = heard(closing, TimeState(), *DONE)
    _, (clock,) = heard(LIVE, replayed, *DONE)
    assert clock.live_since == 94 * HOUR
