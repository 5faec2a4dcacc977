"""The laws of order, duplicates, crashes, merges, late truth and isolation, over generated histories of whole companies.

A failing seed is repeated with `reached(simulated(seed))`. `--hypothesis-profile=thorough` tries five times as many.
"""

from collections import defaultdict
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.alert import Alert
from schemas.clock import Clock, Report
from schemas.journey import Journey
from schemas.state import FamilyState
from streams.core.clock import LEVELS
from streams.core.identity import label_of
from streams.stages.family import absorb
from tests.laws.histories import FOR_EVER, History, history, identity_rules, together
from tests.laws.outcome import implied, reached
from tests.laws.simulation import CALM, Simulation, Weather
from tests.small_company import customer_stage

SEEDS = st.integers(0, 2**32 - 1)
HISTORIES = 10 * settings.default.max_examples  # one takes some 20 ms

pytestmark = pytest.mark.law


def end_of(told: History) -> Clock:
    """When everybody has said everything."""
    return Clock(FOR_EVER, dict.fromkeys(told.departments, FOR_EVER))


def simulated(random: Random, told: History, weather: Weather) -> Simulation:
    """The history through partitioned stages; at the end ticks go on until the last one has reached everybody."""
    stage = customer_stage(told.rules, part_bytes=random.choice((150, 1_000, 1_000_000)))
    simulation = Simulation(random, told.rules, stage, told.sources, weather).run()
    for _ in LEVELS:
        for n in range(len(told.sources)):
            simulation.logs["source", n].append(Report(0, n, end_of(told)))
        simulation.run()
    return simulation


def any_weather(random: Random) -> Weather:
    return Weather(
        crash=random.choice((0, 0.15, 0.3)),
        commit=random.choice((0.2, 0.6, 1)),
        chunk=random.choice((1, 4, 12, 40)),
        flush=random.choice((0.2, 0.6, 1)),
        sources_first=random.choice((1, 0.5, 0.1)),
    )


@settings(max_examples=HISTORIES, deadline=None)
@given(SEEDS)
def test_any_order_any_duplicates_and_any_crashes_end_where_judging_the_whole_set_at_once_ends(seed):
    random = Random(seed)
    told = history(random)
    simulation = simulated(random, told, any_weather(random))
    assert reached(simulation) == implied(told.rules, told.messages, end_of(told))


@settings(max_examples=HISTORIES // 10, deadline=None)
@given(SEEDS)
def test_customers_that_are_interleaved_end_where_each_alone_ends(seed):
    random = Random(seed)
    rules = identity_rules(random)
    apart = [history(random, rules, name) for name in ("x", "y")]
    both = together(apart)
    reached_together = reached(simulated(random, both, any_weather(random)))
    alone = [reached(simulated(random, told._replace(departments=both.departments), CALM)) for told in apart]
    for field, of_both in reached_together._asdict().items():
        assert of_both == getattr(alone[0], field) | getattr(alone[1], field), field


@settings(max_examples=HISTORIES // 10, deadline=None)
@example(361)  # an event that came again reached the family that takes over before the hand-over did
@example(5687)
@example(7193)
@given(SEEDS)
def test_whatever_crashes_a_version_of_an_alert_or_journey_says_one_thing_and_a_new_one_is_the_highest(seed):
    random = Random(seed)
    simulation = simulated(random, history(random), any_weather(random))
    told: defaultdict[str, dict[int, Alert | Journey]] = defaultdict(dict)
    for message in simulation.published:
        if isinstance(message, Alert | Journey):
            versions = told[message.alert_id if isinstance(message, Alert) else message.journey_id]
            if message.version not in versions:
                assert message.version > max(versions, default=0)
                versions[message.version] = message
            assert message == versions[message.version]


def families(random: Random) -> list[FamilyState]:
    """What three families may know: each a part of one history."""
    simulation = simulated(random, history(random), CALM)
    states = [state for state in simulation.states().values() if state.moved_to is None]
    return [random.choice(states) for _ in range(3)]


def union(*states: FamilyState) -> FamilyState:
    """As a set; the order in which event ids were fresh is how it came about, not what is known."""
    grown = FamilyState()
    for state in states:
        grown, _ = absorb(grown, label_of(0, "email:a"), state)
    return grown


@settings(max_examples=HISTORIES // 10, deadline=None)
@given(SEEDS)
def test_the_union_of_families_is_commutative_associative_and_idempotent(seed):
    a, b, c = families(Random(seed))
    assert union(a, b) == replace(union(b, a), fresh=union(a, b).fresh)
    assert union(union(a, b), c) == union(a, union(b, c))
    assert union(a, a) == union(a)
