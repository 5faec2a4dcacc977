"""What is published of alerts: the difference between the ledger and what is present, and why."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.alert import Alert, Evidence
from schemas.touchpoint import NEVER
from streams.core.alert_changes import Evaluation, changes, unspoken

RULES = {"silence": "v1", "ping_pong": "v1"}
NOW = 1_000


def alert(name="a", *, status="open", rule="silence", evidence=("e1",), customer="anna", starts_at=10, **content):
    events = tuple(Evidence(event, 5, "contact.inbound", "service") for event in evidence)
    return Alert(
        alert_id=name, rule=rule, rule_version="v1", status=status, level="broken", severity="high", customer_id=customer,
        matter="ticket:9", journey="ticket", anchor=evidence[0], starts_at=starts_at, evidence=events, **content,
    )  # fmt: skip


def evaluation(version=7, *, fresh=(), identity_changed=None, live_since=0, rules=None):
    return Evaluation(
        version=version, now=NOW, fresh=fresh, identity_changed=identity_changed or {}, live_since=live_since,
        rules=RULES if rules is None else rules,
    )  # fmt: skip


def by_id(*alerts):
    return {a.alert_id: a for a in alerts}


def published(alert, change, version=7, **history):
    return replace(alert, change=change, version=version, changed_at=NOW, **history)


def test_a_finding_that_appears_opens_an_alert_and_names_the_touchpoint_that_did_it():
    present = by_id(alert(evidence=("e1", "e2")))
    assert changes({}, present, evaluation(fresh=("e2", "e1", "e9"))) == [published(present["a"], "opened", because="e1")]


def test_time_alone_opens_an_alert_without_a_touchpoint():
    present = by_id(alert())
    assert changes({}, present, evaluation()) == [published(present["a"], "opened", because="")]


def test_an_alert_that_is_over_when_it_is_first_seen_is_published_once_as_resolved():
    present = by_id(alert(status="resolved", ends_at=50))
    first = changes({}, present, evaluation())
    assert first == [published(present["a"], "resolved")]
    assert changes(by_id(*first), present, evaluation(8)) == []


def test_an_alert_that_is_held_is_opened_when_the_clock_moves_on():
    held = changes({}, by_id(alert(status="held")), evaluation())
    assert held == [published(alert(status="held"), "held")]
    assert changes(by_id(*held), by_id(alert()), evaluation(8)) == [published(alert(), "opened", 8)]


def test_an_alert_at_risk_becomes_held():
    ledger = by_id(published(replace(alert(), level="at_risk"), "opened"))
    assert changes(ledger, by_id(alert(status="held")), evaluation(8)) == [published(alert(status="held"), "held", 8)]


def test_new_facts_update_an_alert():
    ledger = by_id(published(alert(), "opened"))
    grown = alert(evidence=("e1", "e2"), occurrences=2)
    assert changes(ledger, by_id(grown), evaluation(8, fresh=("e2",))) == [published(grown, "updated", 8, because="e2")]


def test_a_merge_that_renames_the_customer_updates_the_alert():
    ledger = by_id(published(alert(), "opened"))
    renamed = alert(customer="bert")
    this = evaluation(8, identity_changed={"anna": "identity_merge"})
    assert changes(ledger, by_id(renamed), this) == [published(renamed, "updated", 8)]


def test_a_finding_that_ends_resolves_the_alert_and_one_that_goes_on_again_opens_it():
    ended = alert(status="resolved", ends_at=50, evidence=("e1", "e2"))
    resolved = changes(by_id(published(alert(), "opened")), by_id(ended), evaluation(8, fresh=("e2",)))
    assert resolved == [published(ended, "resolved", 8, because="e2")]
    assert changes(by_id(*resolved), by_id(alert()), evaluation(9)) == [published(alert(), "opened", 9)]


def test_a_late_event_withdraws_the_alert_with_its_last_content():
    before = published(alert(occurrences=3), "updated", 6)
    expected = published(before, "withdrawn", 8, status="withdrawn", cause="late_event", because="e8")
    assert changes(by_id(before), {}, evaluation(8, fresh=("e7", "e8"))) == [expected]


def test_without_a_fresh_touchpoint_nothing_is_named_as_the_reason():
    before = published(alert(status="held"), "held", 6)
    expected = published(before, "withdrawn", 8, status="withdrawn", cause="late_event", because="")
    assert changes(by_id(before), {}, evaluation(8)) == [expected]


def test_evidence_that_was_corrected_is_named_as_the_reason():
    before = published(alert(evidence=("e1", "e2")), "opened", 6)
    expected = published(before, "withdrawn", 8, status="withdrawn", cause="correction", because="e2")
    assert changes(by_id(before), {}, evaluation(8, fresh=("e2", "e9"))) == [expected]


def test_identity_is_the_reason_where_the_customer_became_another():
    before = published(alert(), "opened", 6)
    this = evaluation(8, fresh=("e9",), identity_changed={"anna": "identity_split"})
    expected = published(before, "withdrawn", 8, status="withdrawn", cause="identity_split", because="e9")
    assert changes(by_id(before), {}, this) == [expected]


def test_an_earlier_opener_supersedes_the_alert_and_is_named_as_its_successor():
    before = published(alert(evidence=("e2", "e3"), starts_at=20), "opened", 6)
    heir = alert("b", evidence=("e1", "e2", "e3"))
    stranger = alert("c", evidence=("e4",))
    other_rule = alert("d", evidence=("e2",), rule="ping_pong")
    assert changes(by_id(before), by_id(other_rule, stranger, heir), evaluation(8, fresh=("e1",))) == [
        published(other_rule, "opened", 8),
        published(stranger, "opened", 8),
        published(heir, "opened", 8, because="e1"),
        published(before, "withdrawn", 8, status="withdrawn", cause="superseded", because="e1", successor="b"),
    ]


def test_two_episodes_that_become_one_leave_the_older_alert_as_successor():
    older, younger = published(alert("a", evidence=("e1", "e2")), "opened", 6), published(alert("b", evidence=("e4",)), "opened", 6)
    joined = alert("a", evidence=("e1", "e2", "e3", "e4"))
    assert changes(by_id(older, younger), by_id(joined), evaluation(8, fresh=("e3",))) == [
        published(joined, "updated", 8, because="e3"),
        published(younger, "withdrawn", 8, status="withdrawn", cause="superseded", because="e3", successor="a"),
    ]


def test_a_touchpoint_that_two_alerts_share_by_chance_makes_neither_the_successor_of_the_other():
    shared = alert("a", evidence=("e1", "e5"))
    gone = published(alert("b", evidence=("e4", "e5")), "opened", 6)
    ledger = by_id(published(shared, "opened", 6), gone)
    assert changes(ledger, by_id(shared), evaluation(8)) == [published(gone, "withdrawn", 8, status="withdrawn", cause="late_event")]


def test_a_rule_that_is_gone_or_changed_is_the_reason_whatever_arrived():
    before = published(alert(), "opened", 6)
    expected = published(before, "withdrawn", 8, status="withdrawn", cause="rule_change")
    for rules in ({}, {"silence": "v2"}):
        assert changes(by_id(before), {}, evaluation(8, fresh=("e9",), rules=rules)) == [expected]


def test_an_alert_without_a_customer_can_be_withdrawn():
    before = published(alert(customer=None), "opened", 6)
    expected = published(before, "withdrawn", 8, status="withdrawn", cause="late_event")
    assert changes(by_id(before), {}, evaluation(8, identity_changed={"anna": "identity_merge"})) == [expected]


def test_a_withdrawn_alert_that_appears_again_is_opened_again():
    withdrawn = changes(by_id(published(alert(), "opened", 6)), {}, evaluation(7))
    assert changes(by_id(*withdrawn), {}, evaluation(8)) == []
    assert changes(by_id(*withdrawn), by_id(alert()), evaluation(8)) == [published(alert(), "opened", 8)]


def test_what_a_person_says_is_published_with_who_and_the_command_that_did_it():
    ledger = by_id(published(alert(), "opened", 6))
    taken = alert(status="acknowledged", said="c1", said_by="anna")
    acknowledged = changes(ledger, by_id(taken), evaluation(8, fresh=("e9", "c1")))
    assert acknowledged == [published(taken, "acknowledged", 8, because="c1")]
    assert changes(by_id(*acknowledged), by_id(taken), evaluation(9)) == []
    quiet = alert(status="silenced", said="c2", said_by="bert", said_until=99)
    silenced = changes(by_id(*acknowledged), by_id(quiet), evaluation(9, fresh=("c2",)))
    assert silenced == [published(quiet, "silenced", 9, because="c2")]
    assert changes(by_id(*silenced), by_id(alert()), evaluation(10)) == [published(alert(), "opened", 10)]


def test_an_alert_that_is_silenced_when_it_is_first_seen_is_never_opened():
    quiet = alert(status="silenced", said="c2", said_by="bert", said_until=99)
    assert changes({}, by_id(quiet), evaluation(8)) == [published(quiet, "silenced", 8)]


def test_what_was_said_about_an_alert_is_not_part_of_what_was_found():
    quiet = published(alert(status="silenced", said="c2", said_by="bert", said_until=99), "silenced", 9, because="c2")
    assert unspoken(quiet) == alert()


def test_history_that_is_computed_later_is_marked_and_not_published_again_live():
    past = changes({}, by_id(alert()), evaluation(live_since=NEVER))
    assert past == [published(alert(), "opened", historical=True)]
    assert changes(by_id(*past), by_id(alert()), evaluation(8)) == []


# What people are told


def test_what_broke_before_going_live_is_history_and_what_broke_since_then_is_not():
    past, now = alert("a", starts_at=10), alert("b", starts_at=11)
    assert changes({}, by_id(past, now), evaluation(live_since=10)) == [
        published(past, "opened", historical=True),
        published(now, "opened"),
    ]


def test_nobody_is_told_of_the_end_of_what_he_never_heard_of():
    opened = published(alert(), "opened", 6, historical=True)
    ended = alert(status="resolved", ends_at=500)
    assert changes(by_id(opened), by_id(ended), evaluation(8)) == [published(ended, "resolved", 8, historical=True)]
    withdrawn = published(opened, "withdrawn", 8, status="withdrawn", cause="late_event", historical=True)
    assert changes(by_id(opened), {}, evaluation(8)) == [withdrawn]


def test_an_alert_of_the_past_that_gets_worse_appears_as_if_it_were_new():
    seen = Evidence("e2", 20, "ticket.assigned", "service")
    opened = published(alert(starts_at=5), "opened", 6, historical=True)
    grown = replace(alert(starts_at=5, occurrences=2), evidence=(*alert().evidence, seen))
    assert changes(by_id(opened), by_id(grown), evaluation(8, live_since=19)) == [published(grown, "opened", 8)]
    assert changes(by_id(opened), by_id(grown), evaluation(8, live_since=20)) == [published(grown, "updated", 8, historical=True)]
    warned = published(replace(alert(starts_at=5), level="at_risk"), "opened", 6, historical=True)
    assert changes(by_id(warned), by_id(alert(starts_at=20)), evaluation(8, live_since=19)) == [published(alert(starts_at=20), "opened", 8)]


def test_an_alert_of_the_past_that_goes_on_again_is_live_only_if_it_broke_again():
    ended = published(alert(status="resolved", ends_at=15, starts_at=5), "resolved", 6, historical=True)
    assert changes(by_id(ended), by_id(alert(starts_at=5)), evaluation(8, live_since=19)) == [
        published(alert(starts_at=5), "opened", 8, historical=True)
    ]
    assert changes(by_id(ended), by_id(alert(starts_at=20)), evaluation(8, live_since=19)) == [published(alert(starts_at=20), "opened", 8)]


def test_an_alert_that_only_seemed_to_be_of_the_past_is_live():
    """An earlier touchpoint turned out to be another customer's."""
    early = published(alert(starts_at=5), "opened", 6, historical=True)
    late = alert(status="resolved", starts_at=20, ends_at=30)
    assert changes(by_id(early), by_id(late), evaluation(8, live_since=19)) == [published(late, "resolved", 8)]


def test_what_ended_an_alert_does_not_make_it_live():
    answer = Evidence("e2", 20, "contact.outbound", "service")
    late = replace(alert(status="resolved", ends_at=20, occurrences=2), evidence=(*alert().evidence, answer))
    assert changes({}, by_id(late), evaluation(live_since=19)) == [published(late, "resolved", historical=True)]


def test_what_was_live_once_stays_live_also_in_a_replay():
    opened = published(alert(), "opened", 6)
    ended = alert(status="resolved", ends_at=50)
    assert changes(by_id(opened), by_id(ended), evaluation(8, live_since=NEVER)) == [published(ended, "resolved", 8)]


def test_an_alert_of_the_past_that_a_person_spoke_about_keeps_what_was_said_when_it_goes_live():
    taken = alert(status="acknowledged", starts_at=5, said="c1", said_by="anna")
    known = published(taken, "acknowledged", 6, historical=True)
    grown = replace(taken, occurrences=2, evidence=(Evidence("e1", 20, "contact.inbound", "service"),))
    assert changes(by_id(known), by_id(grown), evaluation(8, live_since=19)) == [published(grown, "updated", 8)]


def test_who_replaces_a_live_alert_is_live():
    before = published(alert(evidence=("e2", "e3"), starts_at=20), "opened", 6)
    heir = alert("b", evidence=("e1", "e2", "e3"))
    assert changes(by_id(before), by_id(heir), evaluation(8, fresh=("e1",), live_since=19)) == [
        published(heir, "opened", 8, because="e1"),
        published(before, "withdrawn", 8, status="withdrawn", cause="superseded", because="e1", successor="b"),
    ]


# Laws

names = st.sampled_from(["a", "b", "c"])
states = st.dictionaries(
    names,
    st.builds(
        lambda status, occurrences, evidence: (status, occurrences, tuple(sorted(evidence))),
        st.sampled_from(["open", "held", "resolved"]),
        st.integers(1, 2),
        st.sets(st.sampled_from(["e1", "e2", "e3"]), min_size=1),
    ),
)


def made(state):
    return by_id(*(alert(n, status=s, occurrences=o, evidence=e) for n, (s, o, e) in state.items()))


@given(st.lists(states, max_size=6))
def test_the_ledger_ends_where_the_last_state_is_and_versions_only_go_up(history):
    ledger: dict[str, Alert] = {}
    for version, state in enumerate(history, 1):
        present = made(state)
        for new in changes(ledger, present, evaluation(version)):
            assert new.version == version > (ledger[new.alert_id].version if new.alert_id in ledger else 0)
            ledger[new.alert_id] = new
        standing = {name for name, entry in ledger.items() if entry.status != "withdrawn"}
        assert standing == set(present)
        assert changes(ledger, present, evaluation(version + 1)) == []
        once = changes({}, present, evaluation(version))
        assert [(a.status, a.occurrences, a.evidence) for a in once] == [
            (ledger[a.alert_id].status, ledger[a.alert_id].occurrences, ledger[a.alert_id].evidence) for a in once
        ]
