"""expect: what `after` opens, `then` must close in time."""

from streams.core.rules.finding import Finding
from tests.core.rules.histories import BASE, HOUR
from tests.core.rules.stories import found, judged, told, wakes

ANSWER = {"after": "t.asked", "then": "t.answered", "within": "8h"}
OFFICE = {"calendars": {"office": {"tz": "Europe/Berlin", "hours": {"mon-fri": ["08:00-18:00"]}}}}  # the first hour is a Friday, 01:00


def test_what_is_not_answered_in_time_is_broken_until_it_is():
    assert judged({"expect": ANSWER}, told(0, "t.asked"), told(9, "t.answered")).findings == (
        Finding("rule", (), "t.asked@0", "broken", BASE + 8 * HOUR, BASE + 9 * HOUR, (("t.asked@0", BASE + 8 * HOUR),),
                frozenset({"t.asked@0", "t.answered@9"}), 1),
    )  # fmt: skip
    assert found({"expect": ANSWER}, told(0, "t.asked"), now=8) == [("t.asked@0", "broken", 8, None, 1)]


def test_an_answer_at_the_due_instant_is_on_time():
    assert found({"expect": ANSWER}, told(0, "t.asked"), told(8, "t.answered")) == []


def test_before_it_is_due_it_is_only_known_when_to_look_again():
    judgement = judged({"expect": ANSWER}, told(0, "t.asked"), now=7)
    assert judgement.findings == ()
    assert wakes(judgement) == {("*",): 8, (): 8}


def test_it_is_at_risk_from_the_warning_on():
    rule = {"expect": ANSWER | {"warn": "2h"}}
    assert found(rule, told(0, "t.asked"), now=5) == []
    assert found(rule, told(0, "t.asked"), now=6) == [("t.asked@0", "at_risk", 6, None, 1)]
    assert found(rule, told(0, "t.asked"), told(7, "t.answered")) == [("t.asked@0", "at_risk", 6, 7, 1)]


def test_a_warning_never_comes_before_the_question():
    assert found({"expect": ANSWER | {"warn": "3d"}}, told(1, "t.asked"), now=1) == [("t.asked@1", "at_risk", 1, None, 1)]


def test_asking_again_is_one_obligation_with_the_earliest_due_time():
    assert found({"expect": ANSWER}, told(0, "t.asked"), told(5, "t.asked")) == [("t.asked@0", "broken", 8, None, 1)]


def test_something_else_can_excuse_it():
    assert found({"expect": ANSWER | {"unless": "t.closed"}}, told(0, "t.asked"), told(7, "t.closed")) == []


def test_an_earlier_answer_counts_only_where_the_rule_says_so():
    early = told(0, "t.answered"), told(1, "t.asked")
    assert found({"expect": ANSWER}, *early) == [("t.asked@1", "broken", 9, None, 1)]
    assert found({"expect": ANSWER | {"anytime": True}}, *early) == []
    assert found({"expect": ANSWER | {"anytime": True}}, told(1, "t.asked"), told(20, "t.answered")) == [("t.asked@1", "broken", 9, 20, 1)]


def test_the_due_time_can_be_one_that_was_promised():
    promise = {"expect": {"after": "t.promised", "then": "t.kept", "by": "due_at"}}
    assert found(promise, told(0, "t.promised", due_at=BASE + 4 * HOUR)) == [("t.promised@0", "broken", 4, None, 1)]
    assert found(promise, told(0, "t.promised")) == []
    assert found(promise, told(6, "t.promised", due_at=BASE)) == [("t.promised@6", "broken", 6, None, 1)]  # long past: due at once


def test_an_attribute_that_names_no_instant_promises_nothing():
    promise = {"expect": {"after": "t.promised", "then": "t.kept", "by": "delivery", "within": "2h", "grace": "1h"}}
    assert found(promise, told(0, "t.promised", attributes={"delivery": "2026-03-27T05:00:00Z"})) == [
        ("t.promised@0", "broken", 6, None, 1)
    ]
    for value in ("soon", 1.5, True, "9999-12-31", 10**30):
        assert found(promise, told(0, "t.promised", attributes={"delivery": value})) == [("t.promised@0", "broken", 2, None, 1)]


def test_it_can_be_due_at_the_end_of_the_local_day():
    rule = {"expect": ANSWER | {"end_of": "day"}}
    [(_, _, since, _, _)] = found(rule, told(0, "t.asked"), company={"timezone": "Europe/Berlin"})
    assert since == 23 - 1e-6 / 3600  # midnight in Berlin, in winter


def test_working_hours_count_only_while_it_is_open():
    rule = {"calendar": "office", "expect": ANSWER}
    assert found(rule, told(0, "t.asked"), now=100, company=OFFICE) == [("t.asked@0", "broken", 15, None, 1)]  # 08:00 + 8h, in UTC
    assert found(rule, told(10, "t.asked"), now=100, company=OFFICE) == [("t.asked@10", "broken", 79, None, 1)]  # over the weekend


def test_the_clock_stands_still_while_it_is_the_customers_turn():
    rule = {"expect": ANSWER | {"pause": {"after": "t.waiting", "until": "t.back"}}}
    asked = told(0, "t.asked")
    assert found(rule, asked) == [("t.asked@0", "broken", 8, None, 1)]
    assert found(rule, asked, told(3, "t.waiting")) == []
    assert found(rule, asked, told(3, "t.waiting"), told(20, "t.back")) == [("t.asked@0", "broken", 25, None, 1)]
    assert found(rule, asked, told(9, "t.waiting")) == [("t.asked@0", "broken", 8, None, 1)]
    ended, during = (told(-5, "t.waiting"), told(-4, "t.back")), (told(-1, "t.waiting"), told(2, "t.back"))
    assert found(rule, *ended, *during, asked) == [("t.asked@0", "broken", 10, None, 1)]


def test_waiting_and_back_in_one_instant_is_no_pause_whatever_their_names():
    rule = {"expect": ANSWER | {"pause": {"after": "t.waiting", "until": "t.back"}}}
    for names in (("a", "b"), ("b", "a")):
        at_once = told(3, "t.waiting", names[0], source="phone"), told(3, "t.back", names[1])
        assert found(rule, told(0, "t.asked"), *at_once) == [("t.asked@0", "broken", 8, None, 1)]


def test_a_silent_department_proves_nothing():
    company = {"types": {"t.asked": ("service",), "t.answered": ("sales",)}}
    judgement = judged({"expect": ANSWER}, told(0, "t.asked"), now=10, company=company, sales=7, service=1)
    assert judgement.findings == ()
    assert [(f.anchor, f.level) for f in judgement.held] == [("t.asked@0", "broken")]
    assert wakes(judgement) == {("sales",): 8}


def test_the_next_deadline_on_the_wall_is_known_too_while_a_department_is_silent():
    company = {"types": {"t.asked": ("service",), "t.answered": ("sales",)}}
    rule = {"per": "ref.o", "expect": ANSWER | {"warn": "2h"}}
    asked = told(0, "t.asked", refs={"o": ("1",)}), told(5, "t.asked", refs={"o": ("2",)})
    judgement = judged(rule, *asked, now=10, company=company, sales=7)
    assert [(f.key, f.level) for f in judgement.findings] == [(("1",), "at_risk")]
    assert [(f.key, f.level) for f in judgement.held] == [(("1",), "broken")]
    assert wakes(judgement) == {("sales",): 8, (): 11}


def test_named_departments_are_heard_alone():
    company = {"types": {"t.asked": ("service",), "t.answered": ("sales", "online")}}
    rule = {"hears": "sales", "expect": ANSWER}
    assert found(rule, told(0, "t.asked"), now=10, company=company, sales=8, online=0) == [("t.asked@0", "broken", 8, None, 1)]
