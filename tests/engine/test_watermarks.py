from functools import reduce
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from schemas.clock import Clock, Report, SourceReport, Tick
from schemas.company import Company
from schemas.touchpoint import NEVER
from streams.engine.watermarks import Timekeeper, TimeState, Watched, watched

MINUTE, DAY = 60_000_000, 86_400_000_000
SHOP = Watched("shop", ("online",), 10 * MINUTE, DAY)
DESK = Watched("desk", ("service", "sales"), 5 * MINUTE, DAY)
NOW = 100 * DAY


def said(topic="shop", partition=0, partitions=1, *, now=NOW, arrived=NOW, newest=0, ended=True):
    return SourceReport(topic, partition, partitions, now, arrived, newest, ended)


def ticks(keeper, *reports):
    """Every tick, in order."""
    found = []
    state = TimeState()
    for report in reports:
        state, more = keeper.hear(state, report)
        found += more
    return found


def test_a_living_source_is_complete_up_to_now_less_its_lateness():
    assert ticks(Timekeeper([SHOP], 4), said()) == [Tick(0, Clock(NOW, {"online": NOW - 10 * MINUTE}))]


def test_a_silent_source_stands_still_at_its_last_arrival():
    arrived = NOW - DAY - 1
    assert ticks(Timekeeper([SHOP], 4), said(arrived=arrived)) == [Tick(0, Clock(NOW, {"online": arrived - 10 * MINUTE}))]


def test_a_source_that_comes_back_is_complete_up_to_what_it_delivers_until_it_has_caught_up():
    """Three hours of silence, then what was kept in the meantime, then something that has just happened."""
    gone, hour = NOW, 60 * MINUTE
    shop = SHOP._replace(quiet=hour)
    silent = said(now=gone + 3 * hour, arrived=gone, newest=gone)
    back = [said(now=at, arrived=at, newest=at - delay) for at, delay in ((gone + 4 * hour, 3 * hour), (gone + 5 * hour, 2 * hour))]
    fresh = [said(now=at, arrived=at, newest=at - MINUTE) for at in (gone + 6 * hour,)]
    later = said(now=gone + 7 * hour, arrived=gone + 6 * hour + MINUTE, newest=gone + 6 * hour - MINUTE)
    clocks = [tick.clock.departments["online"] for tick in ticks(Timekeeper([shop], 4), said(newest=gone), silent, *back, *fresh, later)]
    assert [(clock + 10 * MINUTE - gone) // hour for clock in clocks] == [0, 0, 1, 3, 6, 7]


def test_while_a_source_catches_up_what_one_partition_has_delivered_says_nothing_about_one_that_lags():
    gone, hour = NOW, 60 * MINUTE
    shop = SHOP._replace(quiet=hour)
    halves = [{"partition": number, "partitions": 2} for number in range(2)]
    before = [said(newest=gone, **half) for half in halves]
    silent = [said(now=gone + 3 * hour, arrived=gone, newest=gone, **half) for half in halves]
    back = gone + 4 * hour
    quick = said(now=back, arrived=back, newest=back - MINUTE, **halves[0])
    slow = said(now=back, arrived=back, newest=gone + hour, ended=False, **halves[1])
    assert ticks(Timekeeper([shop], 4), *before, *silent, quick, slow)[-1].clock.departments == {"online": gone + hour - 10 * MINUTE}


def test_a_source_that_speaks_for_the_first_time_has_nothing_to_catch_up():
    never, first = said(now=NOW - DAY, arrived=0), said(newest=1)
    assert ticks(Timekeeper([SHOP], 4), never, first)[-1].clock == Clock(NOW, {"online": NOW - 10 * MINUTE})


def test_a_source_is_alive_when_any_of_its_partitions_is():
    quiet, busy = said(partition=0, partitions=2, arrived=1), said(partition=1, partitions=2, arrived=NOW)
    assert ticks(Timekeeper([SHOP], 4), quiet, busy) == [Tick(0, Clock(NOW, {"online": NOW - 10 * MINUTE}))]


def test_a_topic_that_never_held_a_record_is_complete_while_it_is_asked():
    state, keeper, found = TimeState(), Timekeeper([SHOP], 4), []
    for later in (0, MINUTE, DAY):
        state, _ = keeper.hear(state, said(arrived=0, now=NOW + later))
        found.append(keeper.clock(state).departments["online"])
    assert found == [NOW - 10 * MINUTE, NOW - 9 * MINUTE, NOW + DAY - 10 * MINUTE]


def test_a_topic_that_never_held_a_record_is_silent_once_quiet_has_passed_since_it_was_first_asked():
    state, keeper = TimeState(), Timekeeper([SHOP], 4)
    for later in (0, DAY, DAY + 1, 9 * DAY):
        state, _ = keeper.hear(state, said(arrived=0, now=NOW + later))
    assert keeper.clock(state) == Clock(NOW + 9 * DAY, {"online": NOW - 10 * MINUTE})


def test_the_first_record_of_a_silent_topic_brings_its_source_back():
    state, keeper = TimeState(), Timekeeper([SHOP], 4)
    for report in (said(arrived=0), said(arrived=NOW + 2 * DAY, now=NOW + 2 * DAY)):
        state, _ = keeper.hear(state, report)
    assert keeper.clock(state) == Clock(NOW + 2 * DAY, {"online": NOW + 2 * DAY - 10 * MINUTE})


def test_a_topic_that_held_records_before_it_was_first_asked_is_as_silent_as_they_are_old():
    quiet, empty = said(partition=0, partitions=2, arrived=NOW - 2 * DAY), said(partition=1, partitions=2, arrived=0)
    assert ticks(Timekeeper([SHOP], 4), quiet, empty) == [Tick(0, Clock(NOW, {"online": NOW - 2 * DAY - 10 * MINUTE}))]


def test_the_partition_that_is_furthest_behind_decides():
    behind = said(partition=1, partitions=2, now=NOW - DAY, arrived=NOW - DAY, ended=False)
    assert ticks(Timekeeper([SHOP], 4), said(partitions=2), behind) == [Tick(0, Clock(NOW - DAY, {"online": NOW - DAY - 10 * MINUTE}))]


def test_a_department_is_as_complete_as_the_least_of_its_sources():
    other = DESK._replace(departments=("online",), lateness=30 * MINUTE)
    assert ticks(Timekeeper([SHOP, other], 4), said("shop"), said("desk")) == [Tick(0, Clock(NOW, {"online": NOW - 30 * MINUTE}))]


def test_the_first_level_ticks_when_every_partition_has_reported_again():
    keeper = Timekeeper([SHOP, DESK], 4)
    first = [said("shop"), said("desk", 0, 2), said("desk", 0, 2)]
    assert ticks(keeper, *first) == []
    assert len(ticks(keeper, *first, said("desk", 1, 2))) == 1
    assert len(ticks(keeper, *first, said("desk", 1, 2), said("shop"), said("desk", 0, 2))) == 1
    assert len(ticks(keeper, *first, said("desk", 1, 2), said("shop"), said("desk", 0, 2), said("desk", 1, 2))) == 2


def test_a_partition_of_which_nothing_is_known_yet_holds_the_round():
    assert ticks(Timekeeper([SHOP], 4), said(now=0, arrived=0, ended=False)) == []


def test_a_clock_never_goes_back_when_another_worker_takes_over():
    taken_over = said(now=0, arrived=0, ended=False)
    assert ticks(Timekeeper([SHOP], 4), said(), taken_over)[-1].clock == Clock(NOW, {"online": NOW - 10 * MINUTE})


def test_later_levels_start_when_every_partition_of_the_stage_has_reported():
    keeper, clock = Timekeeper([SHOP], 2), Clock(NOW)
    assert ticks(keeper, Report(1, 0, clock), Report(1, 1, clock)) == [Tick(1, clock)]


def test_a_source_that_the_company_has_given_up_is_not_heard():
    assert ticks(Timekeeper([SHOP], 4), said("old")) == []


def test_a_replay_runs_on_the_time_of_events():
    keeper = Timekeeper([SHOP, DESK], 4, replay=True)
    behind = said("shop", newest=50 * DAY, ended=False), said("desk", newest=40 * DAY, ended=False)
    late = {"online": 50 * DAY - 10 * MINUTE, "service": 40 * DAY - 5 * MINUTE, "sales": 40 * DAY - 5 * MINUTE}
    assert ticks(keeper, *behind) == [Tick(0, Clock(40 * DAY, late, NEVER))]


def test_a_replay_that_has_ended_is_complete_up_to_its_newest_event():
    keeper = Timekeeper([SHOP, DESK], 4, replay=True)
    done = said("shop", newest=50 * DAY), said("desk", newest=60 * DAY)
    everyone = dict.fromkeys(("online", "service", "sales"), 60 * DAY)
    assert ticks(keeper, *done) == [Tick(0, Clock(60 * DAY, everyone, NEVER))]
    one = said("shop", newest=50 * DAY), said("desk", newest=40 * DAY, ended=False)
    assert ticks(keeper, *one)[0].clock.departments["online"] == 40 * DAY


def test_a_replay_of_empty_topics_does_not_tick():
    assert ticks(Timekeeper([SHOP], 4, replay=True), said()) == []


def test_sources_without_a_topic_are_not_watched():
    source = {"source": "s", "department": "online", "lateness": "1m", "input": {"format": "segment"}}
    company = Company(company="c", sources=({**source, "source": "files"}, {**source, "input": {"format": "segment", "topic": "t"}}))
    assert watched(company) == (Watched("t", ("online",), MINUTE, DAY),)


partition_reports = st.builds(
    said,
    st.sampled_from(["shop", "desk"]),
    st.integers(0, 1),
    st.just(2),
    now=st.integers(0, 9).map(lambda n: n * DAY),
    arrived=st.integers(0, 9).map(lambda n: n * DAY),
    newest=st.integers(0, 9).map(lambda n: n * DAY),
    ended=st.booleans(),
)


@given(st.lists(partition_reports, max_size=30), st.booleans())
def test_time_only_goes_forward(reports, replay):
    keeper = Timekeeper([SHOP, DESK], 4, replay=replay)
    clocks = [tick.clock for tick in ticks(keeper, *reports)]
    for before, after in pairwise(clocks):
        assert before.now <= after.now
        assert all(at <= after.departments[name] for name, at in before.departments.items())


@given(st.lists(partition_reports, max_size=20))
def test_a_report_that_comes_twice_changes_nothing_but_the_round(reports):
    keeper = Timekeeper([SHOP, DESK], 4)

    def marks(state):
        return {(t, n): (m.now, m.arrived, m.newest) for t, known in state.marks.items() for n, m in known.items()}

    once = reduce(lambda state, report: keeper.hear(state, report)[0], reports, TimeState())
    twice = reduce(lambda state, report: keeper.hear(state, report)[0], [r for r in reports for _ in range(2)], TimeState())
    assert marks(once) == marks(twice)
