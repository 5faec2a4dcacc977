import pytest

from schemas.clock import Clock, Tick
from schemas.identity import (
    Arrived,
    Distinct,
    Expected,
    Join,
    Linked,
    MakeToxic,
    Repoint,
    Seen,
    Separated,
    Sighted,
    Touched,
    Toxic,
    Unlink,
    Unlinked,
)
from schemas.state import IdentifierState
from schemas.timeline import TimelineEntry
from streams.core.identity import label_of
from streams.stages.identify import identify
from streams.stages.step import Send, Step
from tests.stages.builders import LOGGED, OLD, RULES, YOUNG, touchpoint

TOXIC = IdentifierState(OLD, (), toxic=True)


def told(identifier, neighbour, label):
    return Send("identify", identifier, Linked(identifier, neighbour, label))


def to_family(message):
    return Send("customer", message.family, message)


def test_an_identifier_without_a_family_founds_one_and_tells_its_neighbours():
    t = touchpoint("crm_id:1", "email:a", "cookie:1")
    label = label_of(LOGGED, "crm_id:1")
    assert identify(RULES, None, Arrived(t, 0, LOGGED)) == Step(
        IdentifierState(label, ("email:a", "cookie:1")),
        (told("email:a", "crm_id:1", label), told("cookie:1", "crm_id:1", label), to_family(Touched(label, t, 0))),
    )


def test_a_neighbour_is_told_only_once():
    t = touchpoint("email:a", "cookie:1", "cookie:2")
    state = IdentifierState(OLD, ("cookie:1",))
    assert identify(RULES, state, Arrived(t, 0, LOGGED)) == Step(
        IdentifierState(OLD, ("cookie:1", "cookie:2")),
        (told("cookie:2", "email:a", OLD), to_family(Touched(OLD, t, 0))),
    )


def test_a_touchpoint_that_brings_nobody_new_changes_nothing():
    state = IdentifierState(OLD, ("cookie:1",))
    step = identify(RULES, state, Arrived(touchpoint("email:a", "cookie:1"), 0, LOGGED))
    assert step.state is state


def test_an_identifier_that_was_only_counted_by_toxic_ones_founds_a_family_when_it_is_seen_itself():
    t = touchpoint("email:a")
    label = label_of(LOGGED, "email:a")
    assert identify(RULES, IdentifierState(None, ("phone:1",)), Arrived(t, 0, LOGGED)) == Step(
        IdentifierState(label, ("phone:1",)), (to_family(Touched(label, t, 0)),)
    )


def test_with_more_neighbours_than_its_kind_may_have_an_identifier_is_toxic_and_its_family_hears_it():
    t = touchpoint("email:a", "cookie:2", "cookie:3")
    state = IdentifierState(OLD, ("phone:1", "cookie:1"))
    assert identify(RULES, state, Arrived(t, 0, LOGGED)) == Step(
        TOXIC,
        (
            to_family(Toxic(OLD, "email:a")),
            told("cookie:2", "email:a", None),
            told("cookie:3", "email:a", None),
            Send("identify", "cookie:2", Arrived(t, 1, LOGGED)),
        ),
    )


def test_an_identifier_that_is_toxic_before_it_has_a_family_founds_none():
    t = touchpoint("cookie:1", "cookie:2", "cookie:3")
    step = identify(RULES, None, Arrived(t, 0, LOGGED))
    assert step.state == IdentifierState(None, (), toxic=True)
    assert not [send for send in step.outputs if isinstance(send, Send) and send.stage == "customer"]


def test_a_toxic_anchor_is_counted_by_all_others_and_the_touchpoint_goes_to_the_next_identifier():
    t = touchpoint("crm_id:1", "email:a", "cookie:1", "cookie:2")
    assert identify(RULES, TOXIC, Arrived(t, 1, LOGGED)) == Step(
        TOXIC,
        (
            told("cookie:1", "email:a", None),
            told("cookie:2", "email:a", None),
            Send("identify", "cookie:1", Arrived(t, 2, LOGGED)),
        ),
    )


def test_a_touchpoint_with_toxic_identifiers_only_is_on_the_timeline_unattributed():
    t = touchpoint("crm_id:1", "email:a")
    assert identify(RULES, TOXIC, Arrived(t, 1, LOGGED)) == Step(TOXIC, (TimelineEntry(t, 2, None),))


def test_identifiers_that_are_left_of_unkept_touchpoints_meet_like_those_of_a_touchpoint():
    label = label_of(LOGGED, "email:a")
    assert identify(RULES, None, Seen(("email:a", "cookie:1"), 3, 9, LOGGED)) == Step(
        IdentifierState(label, ("cookie:1",)),
        (told("cookie:1", "email:a", label), to_family(Sighted(label, ("email:a", "cookie:1"), 3, 9))),
    )


def test_identifiers_that_are_left_go_on_without_a_toxic_one_while_two_are_left():
    assert identify(RULES, TOXIC, Seen(("email:a", "phone:1", "cookie:1"), 3, 9, LOGGED)).outputs == (
        told("phone:1", "email:a", None),
        told("cookie:1", "email:a", None),
        Send("identify", "phone:1", Seen(("phone:1", "cookie:1"), 3, 9, LOGGED)),
    )
    assert identify(RULES, TOXIC, Seen(("email:a", "cookie:1"), 3, 9, LOGGED)).outputs == (told("cookie:1", "email:a", None),)


def test_a_linked_identifier_without_a_family_takes_the_label():
    assert identify(RULES, None, Linked("cookie:1", "email:a", OLD)) == Step(IdentifierState(OLD, ("email:a",)))


def test_of_two_labels_the_smaller_is_kept_and_the_family_of_the_larger_joins_it():
    join = (to_family(Expected(OLD, YOUNG)), to_family(Join(YOUNG, OLD)))
    for mine, theirs in ((OLD, YOUNG), (YOUNG, OLD)):
        state = IdentifierState(mine, ())
        assert identify(RULES, state, Linked("cookie:1", "email:a", theirs)) == Step(IdentifierState(OLD, ("email:a",)), join)


def test_a_link_inside_one_family_changes_nothing():
    state = IdentifierState(OLD, ("email:a",))
    step = identify(RULES, state, Linked("cookie:1", "email:a", OLD))
    assert step == Step(state)
    assert step.state is state


def test_a_toxic_neighbour_is_counted_and_gives_no_label():
    assert identify(RULES, None, Linked("phone:1", "email:a", None)) == Step(IdentifierState(None, ("email:a",)))


def test_a_toxic_identifier_answers_every_family_that_asks():
    for _ in range(2):
        assert identify(RULES, TOXIC, Linked("email:a", "crm_id:1", YOUNG)) == Step(TOXIC, (to_family(Toxic(YOUNG, "email:a")),))
    assert identify(RULES, TOXIC, Linked("email:a", "crm_id:1", None)) == Step(TOXIC)


def test_a_link_can_make_an_identifier_toxic_and_then_both_families_hear_it():
    state = IdentifierState(OLD, ("crm_id:1",))
    assert identify(RULES, state, Linked("cookie:1", "crm_id:2", YOUNG)) == Step(
        TOXIC, (to_family(Toxic(OLD, "cookie:1")), to_family(Toxic(YOUNG, "cookie:1")))
    )


def test_an_identifier_never_holds_more_neighbours_than_the_limits_of_its_kind():
    state = None
    for n in range(100):
        state = identify(RULES, state, Linked("phone:1", f"cookie:{n}", OLD)).state
        assert state is not None
        assert len(state.neighbours) <= 5


def test_a_repoint_counts_only_while_the_family_is_the_one_that_moved():
    state = IdentifierState(YOUNG, ("email:a",))
    assert identify(RULES, state, Repoint("cookie:1", OLD, YOUNG)) == Step(IdentifierState(OLD, ("email:a",)))
    other = label_of(3, "email:c")
    assert identify(RULES, state, Repoint("cookie:1", OLD, other)) == Step(state)
    assert identify(RULES, None, Repoint("cookie:1", OLD, YOUNG)) == Step(None)


def test_an_unlink_goes_to_the_family():
    state = IdentifierState(OLD, ("cookie:1",))
    assert identify(RULES, state, Unlink("email:a", "cookie:1", 9, LOGGED)) == Step(
        state, (to_family(Unlinked(OLD, "email:a", "cookie:1", 9)),)
    )


def test_what_a_person_says_of_an_identifier_that_was_never_seen_founds_its_family():
    label = label_of(LOGGED, "email:a")
    assert identify(RULES, None, Distinct("email:a", "email:b", LOGGED)) == Step(
        IdentifierState(label), (to_family(Separated(label, "email:a", "email:b")),)
    )


@pytest.mark.parametrize("message", [Unlink("email:a", "cookie:1", 9, LOGGED), Distinct("email:a", "email:b", LOGGED)])
def test_there_is_nothing_to_take_back_from_a_toxic_identifier(message):
    assert identify(RULES, TOXIC, message) == Step(TOXIC)


def test_an_operator_can_make_an_identifier_toxic():
    state = IdentifierState(OLD, ("cookie:1",))
    assert identify(RULES, state, MakeToxic("email:a", LOGGED)) == Step(TOXIC, (to_family(Toxic(OLD, "email:a")),))
    assert identify(RULES, TOXIC, MakeToxic("email:a", LOGGED)) == Step(TOXIC)
    assert identify(RULES, None, MakeToxic("email:a", LOGGED)) == Step(IdentifierState(None, (), toxic=True))


def test_a_tick_only_passes_through():
    state = IdentifierState(OLD, ("cookie:1",))
    assert identify(RULES, state, Tick(0, Clock(5))) == Step(state)
    assert identify(RULES, None, Tick(0, Clock(5))) == Step(None)


def test_a_repoint_that_overtakes_a_link_cannot_cut_an_identifier_off():
    """The identifier's own family must still be told to join; an unconditional repoint would lose that."""
    own = label_of(3, "cookie:b")
    repointed = identify(RULES, IdentifierState(own), Repoint("cookie:b", OLD, YOUNG))
    step = identify(RULES, repointed.state, Linked("cookie:b", "email:a", YOUNG))
    assert step.outputs == (to_family(Expected(YOUNG, own)), to_family(Join(own, YOUNG)))
