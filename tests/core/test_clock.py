from schemas.clock import Clock, Report, Tick
from schemas.state import AggregatorState
from schemas.touchpoint import NEVER
from streams.core.clock import LEVELS, Aggregator, hear, is_ahead, later, lowest, report


def told(*reports, partitions=2, sources=2):
    """All ticks that these reports start."""
    aggregator = Aggregator(partitions, sources)
    return [tick for message in reports for tick in aggregator.hear(message)]


def test_a_tick_passes_identify_twice_and_customer_twice():
    assert LEVELS == ("identify", "identify", "customer", "customer")


def test_the_last_source_partition_to_report_starts_level_0_with_the_lowest_clock_of_all():
    reports = Report(0, 0, Clock(9, {"sales": 7, "online": 8})), Report(0, 1, Clock(5, {"sales": 6}))
    assert told(*reports) == [Tick(0, Clock(5, {"sales": 6, "online": 8}))]


def test_no_level_starts_before_every_partition_of_the_stage_before_it_has_reported():
    tick = Tick(0, Clock(5))
    assert told(report(tick, 0), report(tick, 0)) == []
    assert told(report(tick, 0), report(tick, 1)) == [Tick(1, Clock(5))]


def test_the_last_level_starts_no_other():
    tick = Tick(3, Clock(5))
    assert told(report(tick, 0), report(tick, 1)) == []


def test_ticks_go_on_while_time_stands_still():
    both = Report(0, 0, Clock(5)), Report(0, 1, Clock(5))
    assert told(*both, *both) == [Tick(0, Clock(5)), Tick(0, Clock(5))]


def test_level_0_ticks_once_per_round_however_often_one_source_reports():
    reports = [Report(0, 0, Clock(9)), Report(0, 1, Clock(1)), Report(0, 1, Clock(2)), Report(0, 1, Clock(3))]
    assert told(*reports, Report(0, 0, Clock(9))) == [Tick(0, Clock(1)), Tick(0, Clock(3))]


def test_a_partition_that_is_one_report_ahead_costs_the_others_no_round():
    reports = [Report(1, 0, Clock(1)), Report(1, 0, Clock(2)), Report(1, 1, Clock(1)), Report(1, 1, Clock(2))]
    assert told(*reports) == [Tick(1, Clock(1)), Tick(1, Clock(2))]


def test_a_report_that_is_repeated_after_a_crash_takes_no_clock_back():
    reports = [Report(0, 0, Clock(9, {"sales": 9})), Report(0, 0, Clock(4, {"sales": 4})), Report(0, 1, Clock(9, {"sales": 9}))]
    assert told(*reports) == [Tick(0, Clock(9, {"sales": 9}))]


def test_the_aggregator_goes_on_from_its_state():
    state, ticks = hear(AggregatorState(), Report(0, 0, Clock(5)), 2)
    assert ticks == ()
    aggregator = Aggregator(2, 2, state)
    assert aggregator.hear(Report(0, 1, Clock(6))) == (Tick(0, Clock(5)),)
    assert state == hear(AggregatorState(), Report(0, 0, Clock(5)), 2)[0]


def test_the_later_of_two_clocks_is_so_department_by_department():
    assert later(None, Clock(1, {"sales": 2})) == Clock(1, {"sales": 2})
    assert later(Clock(1, {"sales": 2, "online": 9}), Clock(0, {"sales": 3, "service": 1})) == Clock(
        1, {"sales": 3, "online": 9, "service": 1}
    )


def test_a_reporter_without_a_source_in_a_department_does_not_hold_it_back():
    assert lowest({0: Clock(9, {"sales": 2}), 1: Clock(8, {"online": 5})}) == Clock(8, {"sales": 2, "online": 5})


def test_a_tick_is_a_replay_where_any_clock_has_been_further():
    here = Clock(5, {"sales": 4, "online": 3})
    assert not is_ahead(here, here)
    assert not is_ahead(here, Clock(9, {"sales": 4}))
    assert is_ahead(here, Clock(4, {"sales": 4, "online": 3}))
    assert is_ahead(here, Clock(5, {"sales": 3, "online": 3}))
    assert is_ahead(Clock(5, {"sales": 8}), Clock(7))


def test_what_is_history_is_told_by_the_clock_that_is_furthest_on():
    replayed, live = Clock(5, {}, NEVER), Clock(6, {}, 4)
    assert later(replayed, live) == later(live, replayed) == live
    assert lowest({0: replayed, 1: live}) == replayed
    assert later(replayed, Clock(5, {}, 4)) == later(Clock(5, {}, 4), replayed) == Clock(5, {}, 4)
    assert lowest({0: replayed, 1: Clock(5, {}, 4)}) == replayed
