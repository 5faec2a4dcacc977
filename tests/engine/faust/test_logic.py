"""The customer stage as the runner sees it: who waits for a tick is read from saved states without decoding them."""

from types import SimpleNamespace

from schemas.clock import Clock, Report, SourceReport, Tick
from schemas.codec import decoder, encode
from schemas.identity import Touched
from schemas.state import FamilyState, Waiting
from schemas.touchpoint import NEVER
from streams.engine.faust.logic import CustomerLogic, TimeLogic
from streams.engine.watermarks import Timekeeper, Watched
from tests.small_company import customer_stage
from tests.stages.builders import RULES, YOUNG, touchpoint

STAGE = customer_stage(RULES)
LATE = Clock(1 << 50)


def judged(*ids, name="1"):
    """A family with one open deadline."""
    state = STAGE.process(None, Touched(YOUNG, touchpoint(*ids, name=name, refs={"ticket": ("9",)}), 0)).state
    return STAGE.evaluate(YOUNG, state, Tick(3, Clock(10))).state


def saved(**states):
    return [(key, encode(state)) for key, state in states.items()]


def test_of_a_saved_state_only_what_a_tick_must_know_is_decoded():
    for state in (judged("email:a"), FamilyState(moved_to="w"), FamilyState(dirty=True)):
        waiting = decoder(Waiting).decode(encode(state))
        assert (waiting.dirty, waiting.due) == (state.dirty, tuple((frozenset(hears), at) for hears, at in state.due))


def test_families_are_due_again_after_a_restart():
    logic = CustomerLogic(STAGE)
    logic.opened(0, saved(calm=FamilyState(), changed=FamilyState(dirty=True), due=judged("email:a")))
    assert logic.wake(0, Tick(2, LATE)) == ()
    assert list(logic.wake(0, Tick(3, Clock(11)))) == ["changed"]
    assert list(logic.wake(0, Tick(3, LATE))) == ["changed", "due"]
    assert logic.waiting() == 2


def test_a_tick_of_a_replay_that_is_still_under_way_judges_nobody_once_the_replay_was_ended():
    woken = {}
    for replay in (True, False):
        logic = CustomerLogic(STAGE, replay=replay)
        logic.opened(0, saved(changed=FamilyState(dirty=True)))
        woken[replay] = [list(logic.wake(0, Tick(3, Clock(5, {}, live_since)))) for live_since in (NEVER, 4)]
    assert woken == {True: [["changed"], ["changed"]], False: [[], ["changed"]]}


def test_a_family_that_was_judged_does_not_wait_any_more():
    logic = CustomerLogic(STAGE)
    logic.opened(0, saved(changed=FamilyState(dirty=True)))
    logic.kept(0, "changed", logic.evaluate("changed", FamilyState(dirty=True), Tick(3, Clock(5)), 0, 1).state)
    assert list(logic.wake(0, Tick(3, LATE))) == []


def test_a_topic_that_was_made_anew_begins_with_the_first_position_again():
    """What is saved would otherwise wait until it has grown as long as the one that is gone."""
    logic, tick = CustomerLogic(STAGE), Tick(3, Clock(5))
    state = FamilyState(dirty=True, position=100)
    assert logic.evaluate("f", state, tick, 60, 200).state is state
    assert logic.evaluate("f", state, tick, 60, None).state is state
    assert not logic.evaluate("f", state, tick, 60, 100).state.dirty


def test_every_report_concerns_the_one_value_that_keeps_the_time():
    logic = TimeLogic(Timekeeper([Watched("t", ("online",), 0, 10)], 1))
    heard = SourceReport("t", 0, 1, 7, 7, 0, True)
    key, message = logic.message(SimpleNamespace(key=None, value=encode(heard)))
    assert (key, message) == ("time", heard)
    state, ticks = logic.process(None, message, 0)
    _, more = logic.process(state, Report(1, 0, Clock(7)), 1)
    found: list[object] = [*ticks, *more]
    assert found == [Tick(0, Clock(7, {"online": 7})), Tick(1, Clock(7))]
