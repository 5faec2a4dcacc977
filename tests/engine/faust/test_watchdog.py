from types import SimpleNamespace

import pytest

from streams.engine.faust.health import HANGS_AFTER, STANDS_AFTER, Health
from streams.engine.faust.watchdog import CHAIN_AFTER, EXIT_BROKEN_CHAIN, EXIT_STUCK, STUCK_AFTER, Watchdog


class World:
    """An engine and a clock, set by hand."""

    def __init__(self):
        self.now, self.remaining, self.broken, self.ended = 0.0, 0, set(), []
        recovery = SimpleNamespace(active_remaining_total=lambda: self.remaining)
        self.app = SimpleNamespace(
            rebalancing=False,
            in_recovery=False,
            rebalancing_count=1,
            tables=SimpleNamespace(recovery=recovery),
            consumer=SimpleNamespace(broken_chains=lambda: self.broken),
        )
        self.dog = Watchdog(self.app, clock=lambda: self.now, end=self.ended.append)

    def after(self, seconds):
        self.now += seconds
        self.dog.look()
        return self.ended


@pytest.fixture
def world():
    return World()


def test_a_worker_that_works_is_left_alone(world):
    assert [world.after(STUCK_AFTER) for _ in range(3)][-1] == []
    assert world.dog.stuck_for == 0.0


def test_a_rebalance_that_never_ends_ends_the_process(world):
    world.app.rebalancing = True
    world.after(1)
    assert world.after(STUCK_AFTER) == []
    assert world.dog.stuck_for == STUCK_AFTER
    assert world.after(1) == [EXIT_STUCK]


def test_a_long_recovery_that_goes_on_may_take_its_time(world):
    world.app.in_recovery = True
    for remaining in range(10, 0, -1):
        world.remaining = remaining
        assert world.after(STUCK_AFTER) == []


def test_a_chunk_that_vanished_in_the_process_ends_it(world):
    """Its partition could never be committed again; a restart reads it again."""
    world.broken = {"t/0"}
    world.after(1)
    assert world.after(CHAIN_AFTER) == []
    assert world.after(1) == [EXIT_BROKEN_CHAIN]


def test_a_chain_that_was_mended_is_forgotten(world):
    world.broken = {"t/0"}
    world.after(1)
    world.broken = set()
    world.after(CHAIN_AFTER)
    world.broken = {"t/0"}
    assert world.after(1) == []


@pytest.mark.parametrize(
    ("health", "live", "ready"),
    [
        pytest.param(Health(0.2, 0.0, True, 8), True, True, id="works"),
        pytest.param(Health(0.2, 0.0, True, 0), True, False, id="owns nothing"),
        pytest.param(Health(0.2, 3.0, False, 8), True, False, id="rebalances"),
        pytest.param(Health(HANGS_AFTER + 1, 0.0, True, 8), False, False, id="hangs"),
        pytest.param(Health(0.2, STANDS_AFTER + 1, False, 8), False, False, id="zombie"),
    ],
)
def test_health_is_what_the_worker_does_not_what_it_says(health, live, ready):
    assert (health.live, health.ready) == (live, ready)
