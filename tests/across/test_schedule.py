"""Rules are asked at the whole multiples of their interval."""

from schemas.across import AcrossRule
from streams.across.schedule import Schedule

MINUTE = 60_000_000


def rule(every: str) -> AcrossRule:
    return AcrossRule(title="A rule", key=("a",), query="SELECT {now:DateTime64}", summary={"en": "It is so."}, every=every)


def asked(schedule: Schedule, *instants: int) -> list[list[str]]:
    """What is asked when."""
    found = []
    for now in instants:
        found.append(schedule.due(now))
        schedule.asked(found[-1], now)
    return found


def test_every_rule_is_asked_at_the_start_and_then_once_in_each_of_its_periods():
    schedule = Schedule({"often": rule("1m"), "seldom": rule("5m")})
    told = asked(schedule, *(second * 1_000_000 for second in (30, 59, 60, 61, 299, 300, 301)))
    assert told == [["often", "seldom"], [], ["often"], [], ["often"], ["often", "seldom"], []]


def test_a_period_that_was_missed_is_not_made_up_for():
    assert asked(Schedule({"often": rule("1m")}), 0, 10 * MINUTE, 10 * MINUTE + 1) == [["often"], ["often"], []]


def test_a_rule_that_nobody_answered_for_stays_due():
    schedule = Schedule({"often": rule("1m"), "seldom": rule("1h")})
    schedule.asked(["often"], 0)
    assert [schedule.due(1), *asked(schedule, 2, 3)] == [["seldom"], ["seldom"], []]


def test_the_next_one_is_told():
    assert Schedule({"often": rule("1m"), "seldom": rule("5m")}).next(MINUTE + 1) == 2 * MINUTE
    assert Schedule({}).next(7) == 7
