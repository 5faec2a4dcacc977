"""limit: at most n going on at once, or within a time."""

from streams.core.rules.finding import Finding
from tests.core.rules.histories import BASE, HOUR
from tests.core.rules.stories import found, judged, told, wakes

OFTEN = {"limit": {"what": "t.asked", "at_most": 2, "within": "5h"}}
OWNERS = {"limit": {"what": "t.claimed", "until": "t.released", "each": "team", "at_most": 1}}


def test_one_more_than_allowed_within_the_time_breaks_the_rule():
    story = [told(hour, "t.asked") for hour in (0, 1, 4, 4.5, 20)]
    assert judged(OFTEN, *story).findings == (
        Finding("rule", (), "t.asked@4", "broken", BASE + 4 * HOUR, BASE + 6 * HOUR, (("t.asked@4", BASE + 4 * HOUR), ("t.asked@4.5", BASE + int(4.5 * HOUR))),
                frozenset({"t.asked@0", "t.asked@1", "t.asked@4", "t.asked@4.5"}), 3),
    )  # fmt: skip


def test_as_many_as_allowed_are_fine():
    assert found(OFTEN, told(0, "t.asked"), told(1, "t.asked")) == []
    assert found(OFTEN, told(0, "t.asked"), told(1, "t.asked"), told(6.1, "t.asked")) == []
    assert found(OFTEN | {"limit": OFTEN["limit"] | {"until": "t.done"}}, told(0, "t.asked"), told(1, "t.asked"), told(2, "t.done")) == []


def test_it_is_over_once_enough_have_run_out_and_that_is_known():
    story = [told(hour, "t.asked") for hour in (0, 1, 4)]
    assert wakes(judged(OFTEN, *story, now=4)) == {("*",): 5}
    assert found(OFTEN, *story, now=4) == [("t.asked@4", "broken", 4, None, 1)]
    assert found(OFTEN, *story, now=5) == [("t.asked@4", "broken", 4, 5, 1)]


def test_values_of_a_field_are_counted_once_until_they_are_closed():
    a, b = ({"team": team} for team in "AB")
    assert found(OWNERS, told(0, "t.claimed", **a), told(1, "t.claimed", **a)) == []
    assert found(OWNERS, told(0, "t.claimed", **a), told(1, "t.claimed", **b)) == [("t.claimed@1", "broken", 1, None, 1)]
    assert found(OWNERS, told(0, "t.claimed", **a), told(1, "t.claimed", **b), told(3, "t.released", **a)) == [
        ("t.claimed@1", "broken", 1, 3, 1)
    ]
    assert found(OWNERS, told(0, "t.claimed", **a), told(1, "t.released"), told(2, "t.claimed", **b)) == []


def test_without_a_field_that_tells_them_apart_what_ends_it_ends_them_all():
    rule = {"limit": {"what": "t.visited", "until": "t.bought", "at_most": 2}}
    visited = [told(hour, "t.visited", team=team) for hour, team in ((0, "A"), (1, "B"), (2, "C"))]
    assert found(rule, *visited, now=3) == [("t.visited@2", "broken", 2, None, 1)]
    assert found(rule, *visited, told(5, "t.bought", team="A")) == [("t.visited@2", "broken", 2, 5, 1)]
    again = told(6, "t.visited"), told(7, "t.visited")
    assert found(rule, *visited[:2], told(1.5, "t.bought"), *again) == []
    assert found(rule, *visited[:2], told(1.5, "t.bought"), *again, told(8, "t.visited")) == [("t.visited@8", "broken", 8, None, 1)]


def test_what_ends_it_before_its_time_has_run_out_ends_it():
    rule = {"limit": {"what": "t.visited", "until": "t.bought", "at_most": 1, "within": "7d"}}
    visited = told(0, "t.visited"), told(1, "t.visited")
    assert found(rule, *visited, told(5, "t.bought")) == [("t.visited@1", "broken", 1, 5, 1)]
    assert found(rule, *visited, told(200, "t.bought")) == [("t.visited@1", "broken", 1, 168, 1)]


def test_what_counts_and_ends_counting_counts_from_then_on():
    rule = {"limit": {"what": ["t.visited", "t.bought"], "until": "t.bought", "at_most": 1}}
    assert found(rule, told(0, "t.visited"), told(1, "t.bought")) == []
    assert found(rule, told(0, "t.visited"), told(1, "t.bought"), told(2, "t.visited")) == [("t.visited@2", "broken", 2, None, 1)]


def test_handing_over_in_one_instant_is_no_overlap():
    assert found(OWNERS, told(0, "t.claimed", team="A"), told(3, "t.released", team="A"), told(3, "t.claimed", team="B")) == []
    at_once = told(3, "t.claimed", team="B"), told(3, "t.released", team="B")
    assert found(OWNERS, told(0, "t.claimed", team="A"), *at_once) == []


def test_a_rule_that_has_to_be_sure_waits():
    company = {"types": {"t.claimed": ("sales", "marketing"), "t.released": ("sales",)}}
    story = told(0, "t.claimed", team="A"), told(1, "t.claimed", team="B")
    waiting = judged(OWNERS | {"sure": True}, *story, now=5, company=company, marketing=0)
    assert (waiting.findings, wakes(waiting)) == ((), {("marketing", "sales"): 1})
    assert found(OWNERS | {"sure": True}, *story, now=5, company=company, marketing=1) == [("t.claimed@1", "broken", 1, None, 1)]
