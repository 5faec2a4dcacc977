"""forbid: `what` must not happen after a span opened, or before something."""

from streams.core.rules.finding import Finding
from tests.core.rules.histories import BASE, HOUR
from tests.core.rules.stories import found, judged, told, wakes

MAIL = {"what": "t.mailed", "after": "t.complained", "until": "t.settled"}
EARLY = {"what": "t.surveyed", "before": "t.delivered"}
TYPES = {"types": {"t.mailed": ("marketing",), "t.complained": ("service",), "t.settled": ("service",)}}


def test_what_happens_inside_the_span_breaks_the_rule_until_the_span_ends():
    story = told(0, "t.complained"), told(2, "t.mailed"), told(3, "t.mailed"), told(5, "t.settled"), told(6, "t.mailed")
    assert judged({"forbid": MAIL}, *story).findings == (
        Finding("rule", (), "t.complained@0", "broken", BASE + 2 * HOUR, BASE + 5 * HOUR,
                (("t.mailed@2", BASE + 2 * HOUR), ("t.mailed@3", BASE + 3 * HOUR)),
                frozenset({"t.complained@0", "t.mailed@2", "t.mailed@3", "t.settled@5"}), 2),
    )  # fmt: skip


def test_without_something_that_ends_it_the_span_goes_on():
    assert found({"forbid": MAIL}, told(0, "t.complained"), told(900, "t.mailed")) == [("t.complained@0", "broken", 900, None, 1)]
    assert found({"forbid": MAIL}, told(1, "t.mailed"), told(2, "t.complained")) == []
    assert found({"forbid": MAIL}, told(1, "t.mailed")) == []


def test_a_span_can_run_out_and_is_over_only_once_its_time_is_known_to_have_passed():
    rule = {"forbid": {"what": "t.mailed", "after": "t.complained", "within": "6h"}}
    story = told(0, "t.complained"), told(2, "t.mailed"), told(7, "t.mailed")
    assert found(rule, *story, now=5) == [("t.complained@0", "broken", 2, None, 1)]
    assert wakes(judged(rule, *story, now=5)) == {("*",): 6}
    assert found(rule, *story, now=6) == [("t.complained@0", "broken", 2, 6, 1)]
    assert judged(rule, *story, now=10, company=TYPES, service=5, marketing=0).findings[0].until is None  # who complained again?


def test_a_span_can_end_at_an_instant_that_its_opener_names():
    rule = {"forbid": {"what": "t.mailed", "after": "t.complained", "till": "hold"}}
    mailed = told(2, "t.mailed"), told(4, "t.mailed")
    assert found(rule, told(0, "t.complained", attributes={"hold": BASE + 3 * HOUR}), *mailed) == [("t.complained@0", "broken", 2, 3, 1)]
    assert found(rule, told(0, "t.complained", attributes={"hold": "soon"}), *mailed) == [("t.complained@0", "broken", 2, None, 2)]
    assert found(rule, told(0, "t.complained"), *mailed) == [("t.complained@0", "broken", 2, None, 2)]


def test_the_closing_touchpoint_itself_may_be_what_is_forbidden():
    rule = {"forbid": {"what": "t.reopened", "after": "t.resolved", "until": "t.reopened", "within": "7d"}}
    assert found(rule, told(0, "t.resolved"), told(3, "t.reopened")) == [("t.resolved@0", "broken", 3, 3, 1)]


def test_close_to_the_edge_it_is_not_counted():
    rule = {"forbid": MAIL | {"grace": "1h"}}
    assert found(rule, told(0, "t.complained"), told(0.5, "t.mailed")) == []
    assert found(rule, told(0, "t.complained"), told(1, "t.mailed")) == [("t.complained@0", "broken", 1, None, 1)]


def test_it_can_take_several_times():
    rule = {"forbid": MAIL | {"times": 2}}
    assert found(rule, told(0, "t.complained"), told(1, "t.mailed")) == []
    assert found(rule, told(0, "t.complained"), told(1, "t.mailed"), told(2, "t.mailed")) == [("t.complained@0", "broken", 2, None, 2)]


def test_only_others_can_break_it():
    rule = {"forbid": {"what": "t.sold", "after": "t.quoted", "each": "team", "others": True}}
    quoted = told(0, "t.quoted", team="A")
    assert found(rule, quoted, told(1, "t.sold", team="A")) == []
    assert found(rule, quoted, told(1, "t.sold", team="B")) == [("t.quoted@0", "broken", 1, None, 1)]
    assert found(rule, quoted, told(1, "t.sold")) == [("t.quoted@0", "broken", 1, None, 1)]  # nobody knows that it was A
    assert found(rule, told(0, "t.quoted"), told(1, "t.sold")) == []


def test_a_closer_of_one_ticket_leaves_the_spans_of_other_tickets_open():
    rule = {"forbid": MAIL | {"each": "ref.ticket"}}
    one, two, both = ({"refs": {"ticket": refs}} for refs in (("1",), ("2",), ("1", "2")))
    opened = told(0, "t.complained", "first", **one), told(1, "t.complained", "second", **two), told(9, "t.mailed")
    assert found(rule, *opened, told(5, "t.settled", **one)) == [("second", "broken", 9, None, 1)]
    assert found(rule, *opened, told(5, "t.settled", **both)) == []
    assert found(rule, *opened, told(5, "t.settled")) == []
    together = told(0, "t.complained", "both", **both), told(9, "t.mailed")
    assert found(rule, *together, told(5, "t.settled", **two)) == []


def test_what_ends_spans_breaks_the_rule_only_in_those_that_it_ends():
    rule = {"forbid": {"what": ["t.reopened", "t.complained"], "after": "t.resolved", "until": "t.reopened", "each": "ref.ticket"}}
    one, two = ({"refs": {"ticket": (ticket,)}} for ticket in "12")
    resolved = told(0, "t.resolved", "first", **one), told(1, "t.resolved", "second", **two)
    assert found(rule, *resolved, told(5, "t.reopened", **one)) == [("first", "broken", 5, 5, 1)]
    assert found(rule, *resolved, told(5, "t.reopened")) == [("first", "broken", 5, 5, 1), ("second", "broken", 5, 5, 1)]
    assert found(rule, *resolved, told(5, "t.complained", **one)) == [("first", "broken", 5, None, 1), ("second", "broken", 5, None, 1)]


def test_what_ends_spans_of_one_can_still_break_those_of_others():
    rule = {"forbid": {"what": "t.sold", "after": "t.quoted", "until": "t.sold", "each": "team", "others": True}}
    quoted = told(0, "t.quoted", "A", team="A"), told(1, "t.quoted", "B", team="B")
    assert found(rule, *quoted, told(2, "t.sold", team="B")) == [("A", "broken", 2, None, 1)]


def test_precedence_waits_until_those_concerned_are_complete():
    company = {"types": {"t.surveyed": ("marketing",), "t.delivered": ("offline",)}}
    surveyed = told(2, "t.surveyed")
    waiting = judged({"forbid": EARLY}, surveyed, now=5, company=company, offline=1)
    assert (waiting.findings, wakes(waiting)) == ((), {("offline",): 2})
    assert found({"forbid": EARLY}, surveyed, now=5, company=company, offline=2) == [("t.surveyed@2", "broken", 2, None, 1)]
    assert found({"forbid": EARLY, "sure": False}, surveyed, now=5, company=company, offline=1) == [("t.surveyed@2", "broken", 2, None, 1)]


def test_precedence_is_broken_until_it_happens_after_all():
    assert found({"forbid": EARLY}, told(2, "t.surveyed"), told(5, "t.delivered")) == [("t.surveyed@2", "broken", 2, 5, 1)]
    assert found({"forbid": EARLY}, told(1, "t.delivered"), told(2, "t.surveyed"), told(5, "t.delivered")) == []
    grace = {"forbid": EARLY | {"grace": "4h"}}
    assert found(grace, told(2, "t.surveyed"), told(5, "t.delivered")) == []
    assert found(grace, told(2, "t.surveyed"), told(7, "t.delivered")) == [("t.surveyed@2", "broken", 6, 7, 1)]


def test_only_a_source_itself_vouches_for_an_order_inside_an_instant():
    assert found({"forbid": MAIL}, told(0, "t.complained", seq=1), told(0, "t.mailed", seq=2)) == [("t.complained@0", "broken", 0, None, 1)]
    assert found({"forbid": MAIL}, told(0, "t.complained", seq=1), told(0, "t.mailed", seq=2, source="mail")) == []
