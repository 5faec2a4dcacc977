"""pingpong: the holder goes A, B, A."""

from streams.core.rules.finding import Finding
from tests.core.rules.histories import BASE, HOUR
from tests.core.rules.stories import found, judged, told


def holders(text: str, step: float = 1):
    """One touchpoint an hour; `.` is one whose holder nobody knows."""
    return [told(step * number, "t.assigned", team="" if team == "." else team) for number, team in enumerate(text)]


def bounced(text: str, step: float = 1, **how: object):
    return [
        (size, since) for _, _, since, _, size in found({"pingpong": {"what": "t.assigned", "holder": "team", **how}}, *holders(text, step))
    ]


def test_a_holder_that_has_it_back_breaks_the_rule():
    rule = {"pingpong": {"what": "t.assigned", "holder": "team", "until": "t.closed"}}
    assert judged(rule, *holders("ABA"), told(5, "t.closed"), *[told(6, "t.assigned", team="B")]).findings == (
        Finding("rule", (), "t.assigned@2", "broken", BASE + 2 * HOUR, BASE + 5 * HOUR, (("t.assigned@2", BASE + 2 * HOUR),),
                frozenset({"t.assigned@0", "t.assigned@1", "t.assigned@2", "t.closed@5"}), 1),
    )  # fmt: skip


def test_repeats_are_one_holding_and_unknown_or_ignored_holders_break_nothing():
    assert bounced("AB") == bounced("AABB") == bounced("ABC") == []
    assert bounced("AABBA") == [(1, 4)]
    assert bounced("AB.A") == [(1, 3)]
    assert bounced("AXA") == [(1, 2)]
    assert bounced("AXA", ignore=["X"]) == []
    assert bounced("AXBXA", ignore=["X"]) == [(1, 4)]


def test_every_return_counts_and_the_rule_says_how_many_it_takes():
    assert bounced("ABABA") == [(3, 2)]
    assert bounced("ABAB", times=2) == [(2, 3)]
    assert bounced("ABA", times=2) == []


def test_with_more_than_one_in_between_it_is_a_ping_pong_only_where_the_rule_says_so():
    assert bounced("ABCA") == []
    assert bounced("ABCA", direct=False) == [(1, 3)]


def test_the_time_runs_from_the_last_touch_to_the_return():
    assert bounced("AABA", within="2h") == [(1, 3)]
    assert bounced("AABA", step=1.1, within="2h") == []


def test_days_are_those_of_the_company_and_in_a_calendar_open_days():
    rule = {"pingpong": {"what": "t.assigned", "holder": "team", "within": "3d"}}
    back = told(72, "t.assigned", team="A")  # on the wall in Berlin it is an hour later: summer time has begun
    assert found(rule, *holders("AB"), back) == [("t.assigned@72", "broken", 72, None, 1)]
    assert found(rule, *holders("AB"), back, company={"timezone": "Europe/Berlin"}) == []
    office = {"calendars": {"office": {"tz": "Europe/Berlin", "hours": {"mon-fri": ["08:00-18:00"]}}}}
    in_time, late = (told(hour, "t.assigned", "back", team="A") for hour in (136, 136.1))  # it closes on Wednesday
    assert found(rule | {"calendar": "office"}, *holders("AB"), in_time, company=office) == [("back", "broken", 136, None, 1)]
    assert found(rule | {"calendar": "office"}, *holders("AB"), late, company=office) == []
