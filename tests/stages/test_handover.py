import pytest
from msgspec.structs import replace

from schemas.alert import Alert
from schemas.clock import Clock, Tick
from schemas.codec import decoder, encode
from schemas.contact import ContactHold, ContactPolicy
from schemas.identity import Arrived, IdentityChange, Join, Toxic
from schemas.journey import Journey
from schemas.state import UNKNOWN, FamilyState, Handover, IdentityEntry
from streams.core.identity import label_of, pair
from streams.stages.handover import is_waiting, parts
from streams.stages.step import Send, Step
from tests.small_company import customer_stage
from tests.stages.builders import HOUR, OLD, RULES, YOUNG, touchpoint

STAGE = customer_stage(RULES)
ALERT = Alert(
    alert_id="A",
    rule="silence",
    rule_version="1",
    status="open",
    level="broken",
    severity="high",
    customer_id="C",
    matter="",
    journey="",
    version=3,
)
JOURNEY = Journey(
    journey_id="J",
    kind="ticket",
    customer_id="C",
    matter="ticket:1",
    status="open",
    opened_at=1,
    ended_at=None,
    last_at=2,
    version=3,
)

POLICY = ContactPolicy(customer_id="C", holds=(ContactHold(rule="untimely", purposes=("promo",)),), version=3)


def receive(state, body, part=0, of=1, source=YOUNG):
    step = STAGE.process(state, Handover(OLD, source, part, of, body))
    return step.state


def family(*identifiers, **more):
    held = [touchpoint(identifier, name=identifier, at=n) for n, identifier in enumerate(identifiers)]
    return FamilyState(
        touchpoints={t.event_id: (t, 0) for t in held},
        members={identifier: n for n, identifier in enumerate(identifiers)},
        fresh=tuple(t.event_id for t in held),
        dirty=True,
        unresolved=True,
        **more,
    )


def test_a_hand_over_is_the_union_of_two_families():
    ours = family(
        "email:a",
        links={pair("email:a", "cookie:1"): (4, 5)},
        unlinks={pair("email:a", "cookie:1"): 4},
        distincts=(pair("email:a", "email:c"),),
        version=7,
        clock=Clock(5, {"service": 3, "sales": 4}),
    )
    theirs = family(
        "email:b",
        links={pair("email:a", "cookie:1"): (3, 6)},
        unlinks={pair("email:a", "cookie:1"): 9},
        distincts=(pair("email:b", "email:c"),),
        toxic=("phone:1",),
        version=3,
        clock=Clock(4, {"service": 4}),
    )
    expected = FamilyState(
        touchpoints=ours.touchpoints | theirs.touchpoints,
        members=ours.members | theirs.members,
        links={pair("email:a", "cookie:1"): (3, 6)},
        unlinks={pair("email:a", "cookie:1"): 9},
        distincts=(pair("email:a", "email:c"), pair("email:b", "email:c")),
        toxic=("phone:1",),
        version=7,
        clock=Clock(5, {"service": 4, "sales": 4}),
        fresh=ours.fresh + theirs.fresh,
        received={YOUNG: (1, (0,))},
        dirty=True,
        unresolved=True,
    )
    assert receive(ours, theirs) == expected
    assert replace(receive(theirs, ours), fresh=expected.fresh) == expected


def test_a_hand_over_that_brings_nothing_new_changes_nothing():
    ours = family("email:a", identity={"email:a": IdentityEntry("C", 0, 1)}, version=1)
    state = receive(ours, ours)
    assert state == replace(ours, received={YOUNG: (1, (0,))})
    assert receive(state, ours) is state


def test_touchpoints_whose_anchor_is_toxic_in_either_family_are_sent_on():
    t = touchpoint("email:b", "cookie:1")
    holds = FamilyState(touchpoints={t.event_id: (t, 0)}, members={"email:b": 5})
    knows = FamilyState(toxic=("email:b",))
    sent = (Send("identify", "cookie:1", Arrived(t, 1, 1)),)
    for ours, theirs in ((holds, knows), (knows, holds)):
        step = STAGE.process(ours, Handover(OLD, YOUNG, 0, 1, theirs))
        assert step.outputs == sent
        assert (step.state.touchpoints, step.state.toxic) == ({}, ("email:b",))


def test_of_two_ledger_entries_the_higher_version_was_published_last():
    newer = {
        "identity": {"email:a": IdentityEntry("D", 1, 4)},
        "alerts": {"A": replace(ALERT, status="resolved", version=4)},
        "journeys": {"J": replace(JOURNEY, status="completed", version=4)},
        "policies": {"C": replace(POLICY, holds=(), version=4)},
    }
    older = {
        "identity": {"email:a": IdentityEntry("C", 1, 3)},
        "alerts": {"A": ALERT},
        "journeys": {"J": JOURNEY},
        "policies": {"C": POLICY},
    }
    for ours, theirs in ((newer, older), (older, newer)):
        state = receive(FamilyState(**ours), FamilyState(**theirs))
        assert {name: getattr(state, name) for name in newer} == newer


def test_two_different_ledger_entries_of_one_version_become_unknown():
    ours = FamilyState(identity={"email:a": IdentityEntry("C", 1, 3)}, alerts={"A": ALERT}, journeys={"J": JOURNEY}, version=3)
    theirs = FamilyState(
        identity={"email:a": IdentityEntry("D", 1, 3)},
        alerts={"A": replace(ALERT, status="withdrawn")},
        journeys={"J": replace(JOURNEY, withdrawn=True)},
        version=3,
    )
    assert receive(ours, theirs) == FamilyState(
        identity={"email:a": IdentityEntry(UNKNOWN, 1, 3)},
        alerts={"A": replace(ALERT, summary=UNKNOWN)},
        journeys={"J": replace(JOURNEY, matter=UNKNOWN)},
        version=3,
        received={YOUNG: (1, (0,))},
        dirty=True,
        unresolved=True,
    )


def test_an_unknown_entry_is_published_again_whatever_is_true():
    ours = FamilyState(
        members={"email:a": 1}, identity={"email:a": IdentityEntry("C", 1, 3)}, alerts={"A": ALERT}, journeys={"J": JOURNEY}, version=3
    )
    theirs = FamilyState(
        members={"email:a": 1},
        identity={"email:a": IdentityEntry("D", 1, 3)},
        alerts={"A": replace(ALERT, status="withdrawn")},
        journeys={"J": replace(JOURNEY, withdrawn=True)},
        version=3,
    )
    step = STAGE.evaluate(OLD, receive(ours, theirs), Tick(3, Clock(HOUR)))
    assert [(type(change).__name__, change.version) for change in step.outputs] == [
        ("IdentityChange", 4),
        ("Alert", 4),
        ("Journey", 4),
    ]


def test_two_different_policies_of_one_version_become_unknown_and_are_published_again_whatever_is_true():
    ours, theirs = (FamilyState(policies={"C": policy}, version=3) for policy in (POLICY, replace(POLICY, holds=())))
    for one, other in ((ours, theirs), (theirs, ours)):
        state = receive(one, other)
        assert [hold.rule for hold in state.policies["C"].holds] == [UNKNOWN]
        assert STAGE.evaluate(OLD, state, Tick(3, Clock(HOUR))).outputs == (ContactPolicy(customer_id="C", changed_at=HOUR, version=4),)


def test_a_tie_about_what_a_person_said_is_settled_by_judging_again():
    ours, theirs = (FamilyState(alerts={"A": replace(ALERT, status=status)}, version=3) for status in ("open", "acknowledged"))
    assert receive(ours, theirs).alerts == {"A": replace(ALERT, status="open", summary=UNKNOWN)}
    assert receive(theirs, ours).alerts == {"A": replace(ALERT, status="open", summary=UNKNOWN)}


def large_family():
    return family(
        *(f"email:{n}" for n in range(20)),
        links={pair("email:1", f"email:{n}"): (n, n) for n in range(2, 20)},
        identity={f"email:{n}": IdentityEntry(f"C{n}", n, 1) for n in range(20)},
        alerts={f"A{n}": replace(ALERT, alert_id=f"A{n}", version=1) for n in range(5)},
        journeys={f"J{n}": replace(JOURNEY, journey_id=f"J{n}", version=1) for n in range(5)},
        policies={f"C{n}": replace(POLICY, customer_id=f"C{n}", version=1) for n in range(5)},
        version=1,
        clock=Clock(9, {"service": 9}),
    )


@pytest.mark.parametrize("limit", [1, 500, 2_000])
def test_the_parts_of_a_large_family_are_small_and_together_everything(limit):
    whole = large_family()
    bodies = list(parts(whole, limit))
    assert len(bodies) > 1
    largest = max(len(encode(body)) for body in bodies)
    assert largest < limit + 1_000, "what cannot be cut is in each part"
    state = None
    for n, body in enumerate(bodies):
        state = receive(state, body, n, len(bodies))
        assert is_waiting(state) == (n + 1 < len(bodies))
    assert replace(state, received={}, fresh=whole.fresh) == whole


def test_a_small_family_is_one_part():
    whole = large_family()
    assert list(parts(whole, len(encode(whole)))) == [whole]


def test_a_family_is_not_judged_before_all_parts_are_here():
    tick = Tick(3, Clock(HOUR))
    body = family("email:b")
    waiting = receive(family("email:a"), body, 0, 2)
    assert STAGE.evaluate(OLD, waiting, tick) == Step(waiting)
    complete = receive(waiting, FamilyState(), 1, 2)
    published = STAGE.evaluate(OLD, complete, tick).outputs
    assert [change.identifier for change in published if isinstance(change, IdentityChange)] == ["email:a", "email:b"]


def test_the_last_part_alone_coming_again_after_a_crash_does_not_look_like_an_incomplete_hand_over():
    state = receive(receive(None, family("email:b"), 0, 2), FamilyState(), 1, 2)
    assert receive(state, FamilyState(), 1, 2) is state


def test_parts_that_are_missing_when_a_family_moves_on_are_awaited_by_the_next_one():
    middle = receive(None, family("email:b"), 0, 2)
    state = receive(None, middle, source=label_of(3, "email:c"))
    assert is_waiting(state)
    assert not is_waiting(receive(state, FamilyState(), 1, 2))


def test_a_state_and_a_hand_over_survive_the_codec():
    whole = STAGE.process(large_family(), Toxic(OLD, "email:3")).state
    assert decoder(FamilyState).decode(encode(whole)) == whole
    for send in STAGE.process(whole, Join(OLD, label_of(0, "email:z"))).outputs:
        assert decoder(type(send.message)).decode(encode(send.message)) == send.message


def test_the_state_of_a_family_that_has_moved_is_small():
    assert len(encode(FamilyState(moved_to=OLD))) <= 50
