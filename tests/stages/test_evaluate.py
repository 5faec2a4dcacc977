from typing import Any

from schemas.alert import Alert
from schemas.clock import Clock, Tick
from schemas.contact import ContactPolicy
from schemas.identity import IdentityChange, Separated, Touched, Toxic, Unlinked
from schemas.ids import customer_id
from schemas.journey import Journey
from schemas.rule import Rule
from schemas.state import FamilyState
from schemas.touchpoint import NEVER
from streams.core.alerts import AlertBook
from streams.core.contacts import ContactBook
from streams.core.identity import pair
from streams.core.rules.court import Court
from streams.stages.customer import CustomerStage
from streams.stages.step import Step
from tests.small_company import JOURNEY_BOOK, POLICY, customer_stage
from tests.stages.builders import HOUR, OLD, RULES, touchpoint

STAGE = customer_stage(RULES)
A, B = customer_id("email:a"), customer_id("email:b")
DEPARTMENTS = ("service", "sales", "online", "offline")


def told(*messages: Any, state: FamilyState | None = None) -> FamilyState:
    for message in messages:
        state = STAGE.process(state, message).state
    assert state is not None
    return state


def at(hour: int, now: int | None = None) -> Tick:
    return Tick(3, Clock((hour if now is None else now) * HOUR, dict.fromkeys(DEPARTMENTS, hour * HOUR)))


def judged(state: FamilyState, tick: Tick) -> tuple[FamilyState, list[Any]]:
    step = STAGE.evaluate(OLD, state, tick)
    assert step.state is not None
    return step.state, list(step.outputs)


def touched(*ids: str, **more: Any) -> Touched:
    return Touched(OLD, touchpoint(*ids, refs={"ticket": ("9",)}, **more), 0)


def alerts(published: list[Any]) -> list[tuple[str, str, str | None, str | None, int]]:
    return [(a.rule, a.change, a.customer_id, a.cause, a.version) for a in published if isinstance(a, Alert)]


def test_every_identifier_is_published_once_with_its_customer_even_alone():
    state, published = judged(told(touched("email:a", "cookie:1", at=5), touched("email:b", name="2", at=6)), at(1))
    assert published == [
        IdentityChange(identifier="email:a", customer_id=A, first_seen=5, version=1),
        IdentityChange(identifier="cookie:1", customer_id=A, first_seen=5, version=1),
        IdentityChange(identifier="email:b", customer_id=B, first_seen=6, version=1),
    ]
    assert judged(state, at(2))[1] == []


def test_a_judged_family_is_clean_and_knows_when_its_answer_can_change():
    state, _ = judged(told(touched("email:a", at=0)), at(1))
    assert (state.dirty, state.unresolved, state.fresh, state.clock, state.version) == (False, False, (), at(1).clock, 1)
    assert not STAGE.is_due(state, at(2).clock)
    assert STAGE.is_due(state, at(25).clock)


def test_what_does_not_differ_from_the_ledger_is_not_published_and_takes_no_version():
    state, _ = judged(told(touched("email:a", at=0)), at(1))
    state, published = judged(told(touched("email:a", name="2", at=1, type="contact.outbound"), state=state), at(2))
    assert (published, state.version) == ([], 1)


def test_absence_is_alleged_when_the_clock_of_those_who_could_have_acted_has_passed_the_deadline():
    state, _ = judged(told(touched("email:a", at=0)), at(1))
    state, published = judged(state, at(26))
    assert alerts(published) == [("silence", "opened", A, None, 2)]
    state, published = judged(told(touched("email:a", name="2", at=27 * HOUR, type="contact.outbound"), state=state), at(28))
    assert alerts(published) == [("silence", "resolved", A, None, 3)]


def test_a_silent_department_holds_the_verdict_once_the_deadline_has_passed_on_the_wall():
    state, _ = judged(told(touched("email:a", at=0)), at(1))
    assert STAGE.is_due(state, at(2, now=26).clock)
    state, published = judged(state, at(2, now=26))
    assert alerts(published) == [("silence", "held", A, None, 2)]
    assert not STAGE.is_due(state, at(2, now=40).clock)
    assert alerts(judged(state, at(26))[1]) == [("silence", "opened", A, None, 3)]


def test_a_silence_that_lasts_holds_one_verdict_after_the_other():
    later = Touched(OLD, touchpoint("email:a", name="2", at=5 * HOUR, refs={"ticket": ("10",)}), 0)
    state, _ = judged(told(touched("email:a", at=0), later), at(6))
    state, published = judged(state, at(6, now=26))
    assert alerts(published) == [("silence", "held", A, None, 2)]
    assert STAGE.is_due(state, at(6, now=30).clock)
    assert alerts(judged(state, at(6, now=30))[1]) == [("silence", "held", A, None, 3)]


def test_an_alert_that_should_never_have_been_raised_is_withdrawn_with_the_message_that_did_it():
    state, _ = judged(told(touched("email:a", at=0)), at(26))
    answer = touched("email:a", name="2", at=3 * HOUR, type="contact.outbound")
    state, published = judged(told(answer, state=state), at(27))
    (withdrawn,) = published
    assert (withdrawn.change, withdrawn.cause, withdrawn.because) == (
        "withdrawn",
        "late_event",
        answer.touchpoint.event_id,
    )
    assert state.alerts[withdrawn.alert_id] == withdrawn


def test_open_alerts_and_waiting_deadlines_move_with_the_customer():
    state, _ = judged(told(touched("email:a", at=1), touched("email:b", name="2", at=0, type="page.viewed")), at(26))
    state, published = judged(told(touched("email:a", "email:b", name="3", at=2, type="page.viewed"), state=state), at(27))
    assert alerts(published) == [("silence", "updated", B, None, 2)]


def test_an_alert_that_a_merge_makes_untrue_is_withdrawn_for_that_reason():
    answered = touched("email:b", name="2", at=3 * HOUR, type="contact.outbound")
    state, _ = judged(told(touched("email:a", at=0), answered), at(26))
    state, published = judged(told(touched("email:a", "email:b", name="3", at=1, type="page.viewed"), state=state), at(27))
    assert alerts(published) == [("silence", "withdrawn", A, "identity_merge", 2)]


def test_unlinking_splits_the_customer_and_judges_both():
    together = touched("email:a", "email:b", name="3", at=1, type="page.viewed")
    answered = touched("email:b", name="2", at=3 * HOUR, type="contact.outbound")
    state, published = judged(told(touched("email:a", at=0), answered, together), at(26))
    assert alerts(published) == []
    state, published = judged(told(Unlinked(OLD, "email:a", "email:b", 2), state=state), at(27))
    assert [c for c in published if isinstance(c, IdentityChange)] == [
        IdentityChange(identifier="email:b", customer_id=B, first_seen=1, version=2)
    ]
    assert alerts(published) == [("silence", "opened", A, None, 2)]


def test_a_refused_link_is_a_finding_until_it_is_taken_back():
    together = touched("email:a", "email:b", at=1, type="page.viewed")
    state, published = judged(told(together, Separated(OLD, "email:a", "email:b")), at(2))
    assert alerts(published) == [("shared_identifier", "opened", A, None, 1)]
    state, published = judged(told(touched("email:a", name="2", at=2), state=state), at(3))
    assert alerts(published) == []
    state, published = judged(told(Unlinked(OLD, "email:b", "email:a", 1), state=state), at(3))
    assert [change for _, change, *_ in alerts(published)] == ["withdrawn"]


def test_a_toxic_identifier_is_published_as_nobodys_and_again_only_if_that_changes():
    state, _ = judged(told(touched("email:a", "cookie:1", at=5)), at(1))
    state, published = judged(told(Toxic(OLD, "cookie:1"), Toxic(OLD, "cookie:never seen here"), state=state), at(2))
    assert published == [IdentityChange(identifier="cookie:1", customer_id=None, first_seen=0, version=2)]
    assert judged(told(Toxic(OLD, "cookie:1"), state=state), at(3))[1] == []


def test_an_earlier_first_sight_is_published():
    state, _ = judged(told(touched("email:a", at=5)), at(1))
    state, published = judged(told(touched("email:a", name="2", at=3), state=state), at(2))
    assert published == [IdentityChange(identifier="email:a", customer_id=A, first_seen=3, version=2)]


def test_a_journey_is_published_in_the_same_evaluation():
    _, published = judged(told(touched("email:a", at=0, type="ticket.assigned")), at(1))
    assert [(j.kind, j.status, j.customer_id, j.version) for j in published if isinstance(j, Journey)] == [("ticket", "open", A, 1)]


def test_alerts_of_a_backfill_say_so():
    _, published = judged(told(touched("email:a", at=0)), Tick(3, Clock(26 * HOUR, {}, NEVER)))
    assert [alert.historical for alert in published if isinstance(alert, Alert)] == [True]


def test_a_family_whose_clock_is_ahead_of_the_tick_is_left_alone():
    state, _ = judged(told(touched("email:a", at=0)), at(26))
    state = told(touched("email:a", name="2", at=3 * HOUR, type="contact.outbound"), state=state)
    assert STAGE.evaluate(OLD, state, at(25)) == Step(state)


def test_a_tick_that_comes_again_after_a_crash_judges_nobody_who_knows_what_came_behind_it():
    """The state was saved, how far the log was read was not: judged now, it would be published what was never published at that tick."""
    asked = touched("email:a", at=0)
    step = STAGE.process(None, asked, 100)
    assert STAGE.evaluate(OLD, step.state, at(26), 60) == Step(step.state)
    assert STAGE.evaluate(OLD, step.state, at(26), 101).outputs
    assert STAGE.process(step.state, asked, 40).state is step.state, "nor is what it knows already news"
    answered = touched("email:a", name="2", at=3 * HOUR, type="contact.outbound")
    assert STAGE.process(step.state, answered, 40).state.position == 100
    assert STAGE.process(step.state, answered, 120).state.position == 120


def test_a_family_that_has_moved_is_not_judged():
    moved = FamilyState(moved_to=OLD)
    assert STAGE.evaluate(OLD, moved, at(1)) == Step(moved)


def test_a_link_that_holds_names_the_identifiers_of_an_alert():
    question = touched("email:a", "cookie:1", at=0, type="ticket.assigned", team="x")
    back = touched("cookie:1", name="2", at=HOUR, type="ticket.assigned", team="y")
    forth = touched("email:a", name="3", at=2 * HOUR, type="ticket.assigned", team="x")
    state, published = judged(told(question, back, forth), at(3))
    assert [alert.identifiers for alert in published if isinstance(alert, Alert)] == [("cookie:1", "email:a")]
    assert pair("email:a", "cookie:1") in state.links


def policies(published: list[Any]) -> list[tuple[str, list[tuple[str, str]], int]]:
    return [(p.customer_id, [(hold.rule, hold.why) for hold in p.holds], p.version) for p in published if isinstance(p, ContactPolicy)]


WHY = "Advertising while the customer waits; ticket assigned (service) on 1 January 1970 00:00."


def test_a_contact_that_would_break_a_rule_is_held_until_the_rule_would_not_be_broken():
    state, published = judged(told(touched("email:a", at=0, type="ticket.assigned")), at(1))
    assert policies(published) == [(A, [("untimely", WHY)], 1)]
    state, published = judged(told(touched("email:a", name="2", at=HOUR, type="contact.inbound"), state=state), at(2))
    assert policies(published) == []
    state, published = judged(told(touched("email:a", name="3", at=2 * HOUR, type="contact.outbound"), state=state), at(3))
    assert policies(published) == [(A, [], 3)]
    assert policies(judged(told(touched("email:a", name="4", at=1), state=state), at(4))[1]) == []


def test_a_customer_that_is_merged_away_is_held_no_more_and_the_other_one_is():
    other = touched("email:b", name="2", at=0, type="page.viewed")
    state, published = judged(told(touched("email:a", at=1, type="ticket.assigned"), other), at(1))
    assert policies(published) == [(A, [("untimely", WHY)], 1)]
    state, published = judged(told(touched("email:a", "email:b", name="3", at=2, type="page.viewed"), state=state), at(2))
    assert policies(published) == [(B, [("untimely", WHY)], 2), (A, [], 2)]


def test_a_rule_that_wants_something_first_holds_customers_of_whom_nothing_is_kept():
    rules = {
        "opt_in": Rule.model_validate(
            {"title": "No consent", "per": "customer", "forbid": {"what": "campaign.sent", "before": "consent.granted"}}
        )
    }
    court = Court(rules, words={}, types={}, calendars={}, matter=(), timezone="UTC", contact_policy=POLICY)
    stage = CustomerStage(RULES, court, AlertBook(rules, {}, timezone="UTC", named={}), JOURNEY_BOOK, ContactBook(court, timezone="UTC"))
    viewed = stage.process(None, Touched(OLD, touchpoint("email:a", type="page.viewed"), 0)).state
    assert viewed is not None
    assert policies(list(stage.evaluate(OLD, viewed, at(1)).outputs)) == [(A, [("opt_in", "No consent; not yet: consent granted.")], 1)]
