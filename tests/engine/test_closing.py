"""Where a replay closes its clocks."""

from schemas.clock import Clock, SourceReport
from schemas.touchpoint import NEVER
from streams.engine.watermarks import Timekeeper, TimeState, Watched

HOUR = 3_600_000_000
SOURCES = (Watched("orders", ("online", "offline"), HOUR, HOUR), Watched("tickets", ("service",), 0, HOUR))


def clocks(keeper: Timekeeper, *reports: SourceReport) -> list[Clock]:
    """The clock after each round that the reports complete."""
    state, found = TimeState(), []
    for report in reports:
        state, ticks = keeper.hear(state, report)
        found += [tick.clock for tick in ticks]
    return found


def report(topic: str, newest: int, *, ended: bool) -> SourceReport:
    return SourceReport(topic, 0, 1, now=100 * HOUR, arrived=100 * HOUR, newest=newest, ended=ended)


STORY = (
    report("orders", 5 * HOUR, ended=False),
    report("tickets", 3 * HOUR, ended=False),
    report("orders", 30 * HOUR, ended=True),
    report("tickets", 20 * HOUR, ended=False),
    report("orders", 30 * HOUR, ended=True),
    report("tickets", 25 * HOUR, ended=True),
)


def test_left_alone_it_closes_them_at_the_newest_event():
    assert clocks(Timekeeper(SOURCES, 1, replay=True), *STORY) == [
        Clock(3 * HOUR, {"online": 4 * HOUR, "offline": 4 * HOUR, "service": 3 * HOUR}, NEVER),
        Clock(20 * HOUR, {"online": 20 * HOUR, "offline": 20 * HOUR, "service": 20 * HOUR}, NEVER),
        Clock(30 * HOUR, {"online": 30 * HOUR, "offline": 30 * HOUR, "service": 30 * HOUR}, NEVER),
    ]


def test_events_after_the_closing_move_no_clock_past_it():
    closed = Clock(10 * HOUR, {"online": 10 * HOUR, "offline": 10 * HOUR, "service": 10 * HOUR}, NEVER)
    first = Clock(3 * HOUR, {"online": 4 * HOUR, "offline": 4 * HOUR, "service": 3 * HOUR}, NEVER)
    assert clocks(Timekeeper(SOURCES, 1, replay=True, as_of=10 * HOUR), *STORY) == [first, closed, closed]


def test_a_closing_after_the_newest_event_is_reached_when_everything_has_ended():
    *_, last = clocks(Timekeeper(SOURCES, 1, replay=True, as_of=50 * HOUR), *STORY)
    assert last == Clock(50 * HOUR, {"online": 50 * HOUR, "offline": 50 * HOUR, "service": 50 * HOUR}, NEVER)
