import pytest
from msgspec.structs import replace

from schemas.clock import Clock, Tick
from schemas.command import EVERYBODY
from schemas.identity import Arrived, Expected, Join, Repoint, Seen, Separated, Sighted, Touched, Toxic, Unlinked
from schemas.ids import SEPARATOR, customer_id
from schemas.state import UNKNOWN, FamilyState, Handover, IdentityEntry
from schemas.timeline import TimelineEntry
from streams.core.identity import label_of, pair
from streams.stages.handover import is_waiting
from streams.stages.step import Send, Step
from tests.small_company import customer_stage
from tests.stages.builders import OLD, RULES, YOUNG, touchpoint

STAGE = customer_stage(RULES)
LOGGED = 2  # the log time in the label YOUNG


def after(*messages, state=None, stage=STAGE):
    """The state after these messages to one family."""
    for message in messages:
        state = stage.process(state, message).state
    return state


def to_identify(message):
    key = {Arrived: lambda m: m.touchpoint.ids[m.skip], Seen: lambda m: m.ids[0], Repoint: lambda m: m.identifier}
    return Send("identify", key[type(message)](message), message)


def to_family(message):
    return Send("customer", message.family, message)


def test_a_touchpoint_is_on_the_timeline_at_once_and_its_family_is_dirty():
    t = touchpoint("email:b", "cookie:1", at=5)
    assert STAGE.process(None, Touched(YOUNG, t, 0)) == Step(
        FamilyState(
            touchpoints={t.event_id: (t, 0)},
            members={"email:b": 5, "cookie:1": 5},
            links={pair("email:b", "cookie:1"): (5, 5)},
            dirty=True,
            unresolved=True,
            fresh=(t.event_id,),
        ),
        (TimelineEntry(t, 0, customer_id("email:b")),),
    )


def test_the_row_names_the_customer_that_was_published_last():
    t = touchpoint("email:b")
    state = FamilyState(members={"email:b": 1}, identity={"email:b": IdentityEntry("C", 1, 3)})
    assert STAGE.process(state, Touched(YOUNG, t, 0)).outputs == (TimelineEntry(t, 0, "C"),)


def test_the_row_names_the_identifier_alone_where_it_is_unknown_what_was_published():
    t = touchpoint("email:b")
    state = FamilyState(members={"email:b": 1}, identity={"email:b": IdentityEntry(UNKNOWN, 1, 3)})
    assert STAGE.process(state, Touched(YOUNG, t, 0)).outputs == (TimelineEntry(t, 0, customer_id("email:b")),)


def test_members_and_links_are_kept_by_earliest_and_latest():
    state = after(*(Touched(YOUNG, touchpoint("email:b", "cookie:1", name=str(at), at=at), 0) for at in (5, 9, 2)))
    assert state.members == {"email:b": 2, "cookie:1": 2}
    assert state.links == {pair("email:b", "cookie:1"): (2, 9)}


def test_a_duplicate_changes_nothing():
    message = Touched(YOUNG, touchpoint("email:b", "cookie:1"), 0)
    state = after(message)
    assert STAGE.process(state, message).state is state


def test_a_touchpoint_that_was_only_sent_again_wakes_nobody():
    state = FamilyState(touchpoints={(t := touchpoint("email:b", recorded_at=1)).event_id: (t, 0)}, members={"email:b": 5})
    again = touchpoint("email:b", recorded_at=2)
    assert after(Touched(YOUNG, again, 0), state=state) == FamilyState(touchpoints={t.event_id: (again, 0)}, members={"email:b": 5})


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_payloads_under_one_event_id_content_decides_never_arrival(order):
    payloads = touchpoint("email:b", team="a", digest=1), touchpoint("email:b", team="b", digest=2)
    state = after(*(Touched(YOUNG, payloads[n], 0) for n in order))
    assert state.touchpoints == {payloads[1].event_id: (payloads[1], 0)}


def test_an_insignificant_touchpoint_is_on_the_timeline_and_says_only_who_was_seen_together():
    t = touchpoint("email:b", "cookie:1", type="page.viewed")
    assert STAGE.process(None, Touched(YOUNG, t, 0)) == Step(
        FamilyState(
            members={"email:b": 5, "cookie:1": 5},
            links={pair("email:b", "cookie:1"): (5, 5)},
            dirty=True,
            unresolved=True,
        ),
        (TimelineEntry(t, 0, customer_id("email:b")),),
    )


def test_an_insignificant_touchpoint_that_says_nothing_new_writes_no_state():
    state = after(Touched(YOUNG, touchpoint("email:b", "cookie:1", at=5), 0))
    page = touchpoint("email:b", "cookie:1", name="page", at=5, type="page.viewed")
    assert STAGE.process(state, Touched(YOUNG, page, 0)).state is state


def test_when_a_link_was_last_seen_wakes_nobody_unless_somebody_has_taken_it_back():
    page = touchpoint("email:b", "cookie:1", at=9, type="page.viewed")
    link = pair("email:b", "cookie:1")
    quiet = FamilyState(members={"email:b": 5, "cookie:1": 5}, links={link: (5, 5)})
    assert after(Touched(YOUNG, page, 0), state=quiet) == FamilyState(members=quiet.members, links={link: (5, 9)})
    taken_back = FamilyState(members=quiet.members, links=quiet.links, unlinks={link: 7})
    assert after(Touched(YOUNG, page, 0), state=taken_back) == FamilyState(
        members=quiet.members, links={link: (5, 9)}, unlinks={link: 7}, dirty=True, unresolved=True
    )


def test_a_statement_about_identity_is_kept_although_no_rule_names_it():
    t = touchpoint("email:b", "cookie:1", type="identity.linked")
    assert after(Touched(YOUNG, t, 0)).touchpoints == {t.event_id: (t, 0)}


def test_a_touchpoint_whose_anchor_is_toxic_is_sent_back_re_anchored():
    state = FamilyState(toxic=("email:b",))
    t = touchpoint("email:b", "cookie:1")
    assert STAGE.process(state, Touched(YOUNG, t, 0)) == Step(state, (to_identify(Arrived(t, 1, LOGGED)),))
    assert STAGE.process(state, Touched(YOUNG, t, 0)).state is state


def test_a_touchpoint_of_which_every_identifier_is_toxic_is_nobodys():
    state = FamilyState(toxic=("email:b",))
    t = touchpoint("crm_id:1", "email:b")
    assert STAGE.process(state, Touched(YOUNG, t, 1)) == Step(state, (TimelineEntry(t, 2, None),))


def test_touchpoints_anchored_on_a_toxic_identifier_go_back_re_anchored():
    stays, goes = touchpoint("crm_id:1", "email:b", name="1"), touchpoint("email:b", "cookie:1", name="2")
    state = after(Touched(YOUNG, stays, 0), Touched(YOUNG, goes, 0))
    step = STAGE.process(state, Toxic(YOUNG, "email:b"))
    assert step.outputs == (to_identify(Arrived(goes, 1, LOGGED)),)
    assert step.state.touchpoints == {stays.event_id: (stays, 0)}
    assert (step.state.toxic, step.state.dirty, step.state.unresolved) == (("email:b",), True, True)


def test_a_toxic_identifier_is_remembered_once():
    state = after(Toxic(YOUNG, "email:b"))
    assert state == FamilyState(toxic=("email:b",), dirty=True, unresolved=True)
    assert STAGE.process(state, Toxic(YOUNG, "email:b")).state is state


def test_what_unkept_touchpoints_said_goes_on_without_the_toxic_identifier():
    page = touchpoint("email:b", "phone:1", "cookie:1", type="page.viewed")
    state = after(Touched(YOUNG, page, 0))
    rest = SEPARATOR.join(page.ids)
    assert state.rests == {rest: (5, 5)}
    step = STAGE.process(state, Toxic(YOUNG, "email:b"))
    assert step.outputs == (to_identify(Seen(("phone:1", "cookie:1"), 5, 5, LOGGED)),)
    assert step.state.rests == {}


def test_what_is_left_of_unkept_touchpoints_joins_the_set():
    state = after(Sighted(YOUNG, ("email:b", "phone:1", "cookie:1"), 3, 9))
    assert state == FamilyState(
        members={"email:b": 3, "phone:1": 3, "cookie:1": 3},
        links={pair("email:b", "phone:1"): (3, 9), pair("email:b", "cookie:1"): (3, 9)},
        rests={SEPARATOR.join(("email:b", "phone:1", "cookie:1")): (3, 9)},
        dirty=True,
        unresolved=True,
    )


def test_what_is_left_is_sent_on_where_the_next_identifier_is_toxic_too():
    state = FamilyState(toxic=("email:b",))
    message = Sighted(YOUNG, ("email:b", "phone:1", "cookie:1"), 3, 9)
    assert STAGE.process(state, message) == Step(state, (to_identify(Seen(("phone:1", "cookie:1"), 3, 9, LOGGED)),))
    assert STAGE.process(state, Sighted(YOUNG, ("email:b", "cookie:1"), 3, 9)) == Step(state)


def test_of_two_unlinks_the_later_counts():
    state = after(Unlinked(YOUNG, "email:b", "cookie:1", 9), Unlinked(YOUNG, "cookie:1", "email:b", 4))
    assert state == FamilyState(unlinks={pair("email:b", "cookie:1"): 9}, dirty=True, unresolved=True)


def test_two_who_are_distinct_are_so_in_both_directions_and_for_ever():
    state = after(Separated(YOUNG, "email:b", "email:a"))
    assert state == FamilyState(distincts=(pair("email:a", "email:b"),), dirty=True, unresolved=True)
    assert STAGE.process(state, Separated(YOUNG, "email:a", "email:b")).state is state


def test_a_family_hands_everything_over_tells_its_members_and_keeps_only_where_it_went():
    state = after(Touched(YOUNG, touchpoint("email:b", "cookie:1"), 0))
    assert STAGE.process(state, Join(YOUNG, OLD)) == Step(
        FamilyState(moved_to=OLD),
        (
            to_family(Handover(OLD, YOUNG, 0, 1, state)),
            to_identify(Repoint("cookie:1", OLD, YOUNG)),
            to_identify(Repoint("email:b", OLD, YOUNG)),
        ),
    )


def test_a_family_that_knows_nothing_says_so_to_the_one_that_waits_for_it():
    nothing = to_family(Handover(OLD, YOUNG, 0, 1, FamilyState()))
    assert STAGE.process(None, Join(YOUNG, OLD)) == Step(FamilyState(moved_to=OLD), (nothing,))


def test_a_family_that_has_moved_forwards_and_tells_the_identifier_of_a_touchpoint():
    moved = FamilyState(moved_to=OLD)
    t = touchpoint("crm_id:1", "email:b")
    assert STAGE.process(moved, Touched(YOUNG, t, 1)) == Step(
        moved, (to_family(Touched(OLD, t, 1)), to_identify(Repoint("email:b", OLD, YOUNG)))
    )
    sighted = Sighted(YOUNG, ("email:b", "cookie:1"), 3, 9)
    assert STAGE.process(moved, sighted) == Step(
        moved,
        (to_family(Sighted(OLD, ("email:b", "cookie:1"), 3, 9)), to_identify(Repoint("email:b", OLD, YOUNG))),
    )
    assert STAGE.process(moved, Toxic(YOUNG, "email:b")) == Step(moved, (to_family(Toxic(OLD, "email:b")),))


def test_asked_to_join_a_third_family_a_moved_one_has_the_larger_of_the_two_join_the_smaller_and_says_that_it_has_moved():
    moved, other = FamilyState(moved_to=OLD), label_of(0, "email:c")
    told_old, told_other = (to_family(Handover(to, YOUNG, 0, 1, FamilyState())) for to in (OLD, other))
    assert STAGE.process(moved, Join(YOUNG, other)) == Step(moved, (told_old, to_family(Join(OLD, other))))
    assert STAGE.process(FamilyState(moved_to=other), Join(YOUNG, OLD)).outputs == (told_other, to_family(Join(OLD, other)))
    assert STAGE.process(moved, Join(YOUNG, OLD)) == Step(moved, (told_old,))


def test_a_family_that_expects_another_one_is_not_judged_before_it_is_here_nor_waits_for_it_twice():
    """Both may hold an event that came twice: who takes over publishes its alerts behind the other one, with higher versions."""
    tick, body = Tick(3, Clock(9)), after(Touched(YOUNG, touchpoint("email:b"), 0))
    state = STAGE.process(None, Expected(OLD, YOUNG)).state
    state = STAGE.process(state, Touched(OLD, touchpoint("email:b"), 0)).state
    assert STAGE.evaluate(OLD, state, tick) == Step(state)
    whole = STAGE.process(state, Handover(OLD, YOUNG, 0, 1, replace(body, version=5))).state
    assert {change.version for change in STAGE.evaluate(OLD, whole, tick).outputs} == {6}
    assert STAGE.process(whole, Expected(OLD, YOUNG)).state is whole


def test_whom_a_family_waits_for_is_waited_for_where_it_moves_to():
    third = label_of(0, "email:c")
    waits = STAGE.process(None, Expected(OLD, YOUNG)).state
    (send,) = STAGE.process(waits, Join(OLD, third)).outputs
    state = STAGE.process(None, send.message).state
    assert is_waiting(state)
    assert STAGE.process(FamilyState(moved_to=third), Expected(OLD, YOUNG)).outputs == (Send("customer", third, Expected(third, YOUNG)),)
    assert not is_waiting(STAGE.process(state, Handover(third, YOUNG, 0, 1, FamilyState())).state)


def test_a_tick_changes_nothing_in_process():
    assert STAGE.process(None, Tick(2, Clock(9))) == Step(None)


def test_a_family_is_due_when_it_is_dirty_or_a_clock_has_reached_one_of_its_instants():
    clock = Clock(9, {"service": 5, "sales": 6})
    assert STAGE.is_due(FamilyState(dirty=True), clock)
    assert not STAGE.is_due(FamilyState(due=((("service",), 6), ((), 10))), clock)
    assert STAGE.is_due(FamilyState(due=((("service",), 5),)), clock)
    assert STAGE.is_due(FamilyState(due=(((), 9),)), clock)
    assert STAGE.due(FamilyState(due=((("sales", "service"), 5),))) == ((frozenset({"service", "sales"}), 5),)


def test_process_never_changes_its_input():
    t = touchpoint("email:b", "phone:1", "cookie:1")
    state = after(Touched(YOUNG, t, 0), Sighted(YOUNG, ("phone:1", "cookie:1", "cookie:2"), 1, 2))
    copy = FamilyState(**{name: getattr(state, name) for name in state.__struct_fields__})
    before = repr(copy)
    for message in (
        Touched(YOUNG, touchpoint("email:b", "cookie:9", name="2", at=1), 0),
        Sighted(YOUNG, ("email:b", "cookie:7", "cookie:8"), 0, 99),
        Toxic(YOUNG, "phone:1"),
        Unlinked(YOUNG, "email:b", "cookie:1", 9),
        Separated(YOUNG, "email:b", "cookie:1"),
        Join(YOUNG, OLD),
        Handover(YOUNG, label_of(9, "email:c"), 0, 2, FamilyState(members={"email:c": 1}, version=9)),
    ):
        STAGE.process(state, message)
        assert repr(state) == before


@pytest.mark.parametrize(
    ("who", "type"), [("source:desk", "source.heartbeat"), (EVERYBODY, "alert.silenced"), (EVERYBODY, "alert.acknowledged")]
)
def test_what_is_said_again_and_again_about_nobody_is_on_the_timeline_every_time_and_remembered_once(who, type):
    said = [touchpoint(who, name=str(at), at=at, type=type) for at in range(1, 1_001)]
    steps, state = [], None
    for t in said:
        steps.append(STAGE.process(state, Touched(YOUNG, t, 0)))
        state = steps[-1].state
    assert [step.outputs for step in steps] == [(TimelineEntry(t, 0, customer_id(who)),) for t in said]
    assert state == FamilyState(members={who: 1}, dirty=True, unresolved=True)
    assert STAGE.evaluate(YOUNG, state, Tick(3, Clock(9_999))).state.touchpoints == {}


def test_what_is_said_of_a_customer_is_remembered():
    t = touchpoint("email:b", type="alert.silenced")
    assert after(Touched(YOUNG, t, 0)).touchpoints == {t.event_id: (t, 0)}
