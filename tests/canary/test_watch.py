"""How far the records got is told by the last place at which they were seen."""

import pytest

from streams.canary.plan import Planned
from streams.canary.watch import Installation, Waiting, wait

PLANNED = Planned("desk", "ping-pong", "canary-1", (b"1", b"2"), ("e1", "e2"), 5, {"a1": "ping_pong"})
POSITIONS = [("t", 0, 7), ("t", 1, 3)]


class World:
    """Tables that fill with time, and a clock that only waiting moves."""

    def __init__(self, *, events=(99, 99), alert=99, letters=(), committed=None):
        self.at, self._events, self._alert, self._letters, self._committed = 0.0, events, alert, letters, committed or {}

    def events(self, event_ids, oldest):
        assert oldest == 5
        return {event for event, at in zip(event_ids, self._events, strict=True) if at <= self.at}

    def alerts(self, alert_ids):
        return dict.fromkeys(alert_ids, "open") if self._alert <= self.at else {}

    def letters(self, positions):
        assert positions == POSITIONS
        return self._letters

    def sleep(self, seconds):
        self.at += seconds

    def verdict(self, planned=PLANNED):
        there = Installation(self, lambda: self._committed, "redthread-worker", lambda: self.at, self.sleep)
        (verdict,) = wait([Waiting(planned, POSITIONS, 0.0)], there, 10)
        return verdict


def test_it_waits_until_everything_is_there_and_says_how_long_that_took():
    verdict = World(events=(1, 2), alert=4).verdict()
    assert (verdict.arrived, verdict.alerts, verdict.seconds, verdict.why) == (True, {"ping_pong": "open"}, {"timeline": 2, "alert": 4}, "")


def test_a_source_that_breaks_no_rule_only_has_to_reach_the_timeline():
    verdict = World(events=(1, 2)).verdict(PLANNED._replace(alerts={}))
    assert (verdict.arrived, verdict.alerts, verdict.seconds) == (True, {}, {"timeline": 2})


@pytest.mark.parametrize(
    ("world", "why"),
    [
        (World(), "it is on the topic (t, partition 0, offset 7), but no worker has handled it: the group redthread-worker has never read that partition"),
        (World(committed={("t", 0): 8, ("t", 1): 3}), "it is on the topic (t, partition 1, offset 3), but no worker has handled it: the group redthread-worker stands at 3"),
        (World(committed={("t", 0): 8, ("t", 1): 4}), "the workers have handled it, but it is not on the timeline: does redthread sink run?"),
        (World(letters=("record 7: no time",)), "it became a dead letter: record 7: no time"),
        (World(events=(1, 99)), "1 of 2 touchpoints are on the timeline, the rest is on its way"),
        (World(events=(1, 2)), "it is on the timeline, but the alert of ping_pong is not there: do the workers' clocks go on? (redthread_behind_seconds)"),
    ],
)  # fmt: skip
def test_it_says_where_the_record_was_seen_last(world, why):
    verdict = world.verdict()
    assert (verdict.arrived, verdict.why) == (False, why)


def test_a_file_that_nobody_reads_is_named():
    world = World()
    there = Installation(world, dict, "", lambda: world.at, world.sleep)
    (verdict,) = wait([Waiting(PLANNED, POSITIONS, 0.0)], there, 3)
    assert verdict.why == "it lies in t, but is not on the timeline: does redthread run --follow read that folder?"
