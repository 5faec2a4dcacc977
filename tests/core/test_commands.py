"""What people said about alerts: the newest word that counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.alert import Alert
from schemas.command import ACKNOWLEDGED, SILENCED
from schemas.touchpoint import Touchpoint
from streams.core.commands import answered, words_of
from tests.core.alert_stories import HOUR, MARCH_4

NOW = MARCH_4 + 12 * HOUR
FRIDAY = MARCH_4 + 48 * HOUR


def alert(name="a", *, status="open", rule="silence", matter="ticket:9", customer="anna"):
    return Alert(
        alert_id=name, rule=rule, rule_version="v1", status=status, level="broken", severity="high", customer_id=customer, matter=matter, journey=""
    )  # fmt: skip


def said(type, hour=1, *, by="kim", name="", until=None, rule=None, **refs):
    return Touchpoint(
        event_id=name or f"{type}@{hour}", type=type, at=MARCH_4 + hour * HOUR, source="commands", department="wall", ids=("crm_id:1",), agent=by,
        due_at=until, refs={kind: (ref,) for kind, ref in refs.items()}, attributes={} if rule is None else {"rule": rule},
    )  # fmt: skip


A = alert()


def heard(*touchpoints, alerts=(A,), now=NOW, matters=None, customer="anna"):
    words = list(words_of(customer, touchpoints, matters or {}))
    return answered({a.alert_id: a for a in alerts}, words, now)


def status(*touchpoints, **more):
    (found,) = heard(*touchpoints, **more).alerts.values()
    return found.status


def test_nobody_said_anything():
    asked = replace(said("contact.inbound"), type="contact.inbound")
    assert heard(asked) == ({"a": alert()}, ())


def test_an_alert_is_acknowledged_by_the_one_who_said_so():
    found = heard(said(ACKNOWLEDGED, alert="a"), alerts=(alert(), alert("b", status="held")))
    assert found == (
        {"a": replace(alert(), status="acknowledged", said="alert.acknowledged@1", said_by="kim"), "b": alert("b", status="held")},
        (),
    )


def test_a_silence_says_until_when_and_wakes_whoever_judges_then():
    quiet = said(SILENCED, until=FRIDAY, alert="a")
    expected = replace(alert(), status="silenced", said="alert.silenced@1", said_by="kim", said_until=FRIDAY)
    assert heard(quiet) == ({"a": expected}, ((frozenset(), FRIDAY),))
    assert heard(quiet, now=FRIDAY - 1).alerts == {"a": expected}
    assert heard(quiet, now=FRIDAY) == ({"a": alert()}, ())


def test_a_held_alert_can_be_silenced_and_one_that_has_ended_cannot():
    quiet, taken = said(SILENCED, until=FRIDAY), said(ACKNOWLEDGED, alert="a")
    assert status(quiet, alerts=(alert(status="held"),)) == "silenced"
    assert heard(quiet, taken, alerts=(alert(status="resolved"),)) == ({"a": alert(status="resolved")}, ())


@pytest.mark.parametrize(
    ("silence", "is_meant"),
    [
        (said(SILENCED, until=FRIDAY), True),
        (said(SILENCED, until=FRIDAY, rule="silence"), True),
        (said(SILENCED, until=FRIDAY, rule=""), True),
        (said(SILENCED, until=FRIDAY, rule="ping_pong"), False),
        (said(SILENCED, until=FRIDAY, ticket="9"), True),
        (said(SILENCED, until=FRIDAY, ticket="9", rule="ping_pong"), False),
        (said(SILENCED, until=FRIDAY, ticket="10"), False),
        (said(SILENCED, until=FRIDAY, alert="a"), True),
        (said(SILENCED, until=FRIDAY, alert="b"), False),
        (said(SILENCED, until=FRIDAY, alert="b", ticket="9"), False),
        (said(SILENCED), False),
        (said(ACKNOWLEDGED), False),
    ],
)
def test_a_word_is_about_an_alert_a_matter_or_a_customer_and_perhaps_one_rule_of_it(silence, is_meant):
    assert (status(silence) != "open") is is_meant


def test_a_matter_is_known_by_the_name_that_it_has_now():
    quiet = said(SILENCED, until=FRIDAY, ticket="9")
    joined = alert(matter="order:17")
    assert status(quiet, alerts=(joined,)) == "open"
    assert status(quiet, alerts=(joined,), matters={quiet.event_id: ("order", "17")}) == "silenced"


def test_what_is_said_to_one_customer_is_not_said_to_another_of_the_family():
    assert status(said(SILENCED, until=FRIDAY), customer="bert") == "open"
    assert status(said(SILENCED, until=FRIDAY, alert="a"), customer="bert") == "open"


def test_the_newest_word_counts():
    quiet, taken = said(SILENCED, 1, until=FRIDAY, alert="a"), said(ACKNOWLEDGED, 2, alert="a")
    assert heard(quiet, taken).alerts["a"].status == "acknowledged"
    again = said(SILENCED, 3, until=FRIDAY)
    assert heard(quiet, taken, again) == (
        {"a": replace(alert(), status="silenced", said="alert.silenced@3", said_by="kim", said_until=FRIDAY)},
        ((frozenset(), FRIDAY),),
    )
    assert status(quiet, taken, again, now=FRIDAY) == "acknowledged"


def test_a_silence_replaces_the_one_before_and_one_without_an_end_to_come_takes_it_back():
    quiet = said(SILENCED, 1, until=FRIDAY)
    shorter = said(SILENCED, 2, until=NOW - HOUR, alert="a")
    back = said(SILENCED, 13, until=MARCH_4 + 13 * HOUR, alert="a")
    assert status(quiet, shorter) == "open"
    assert status(quiet, back) == "open", "although the clock of the judge has not come that far"
    assert status(quiet, back, said(SILENCED, 14, until=FRIDAY)) == "silenced"


def test_a_word_counts_as_soon_as_it_is_known_also_where_the_clock_of_the_judge_is_behind():
    assert status(said(ACKNOWLEDGED, 20, alert="a")) == "acknowledged"
    assert status(said(SILENCED, 20, until=FRIDAY)) == "silenced"


WORDS = st.lists(
    st.builds(
        said,
        st.sampled_from([ACKNOWLEDGED, SILENCED]),
        st.integers(0, 30),
        until=st.none() | st.integers(0, 60).map(lambda hour: MARCH_4 + hour * HOUR),
        rule=st.sampled_from([None, "silence", "ping_pong"]),
        alert=st.sampled_from(["a", "b"]),
    )
    | st.builds(
        said,
        st.just(SILENCED),
        st.integers(0, 30),
        until=st.integers(0, 60).map(lambda hour: MARCH_4 + hour * HOUR),
        rule=st.sampled_from([None, "silence"]),
        ticket=st.sampled_from(["9", "10"]),
    ),
    max_size=6,
).map(lambda words: [replace(word, event_id=f"c{n}") for n, word in enumerate(words)])
ALERTS = (alert(), alert("b", rule="ping_pong", status="held"), alert("c", matter="ticket:10"))


@given(WORDS.flatmap(lambda words: st.tuples(st.just(words), st.permutations(words))))
def test_neither_order_nor_repetition_matters(both):
    words, shuffled = both
    assert heard(*words, alerts=ALERTS) == heard(*shuffled, *words, alerts=ALERTS)


@given(WORDS)
def test_nothing_changes_before_the_next_wake(words):
    for now in range(MARCH_4, MARCH_4 + 62 * HOUR, HOUR // 2):
        found = heard(*words, alerts=ALERTS, now=now)
        wake = min((at for _, at in found.wakes), default=None)
        assert all(at > now for _, at in found.wakes)
        if wake is None or now + HOUR // 2 < wake:
            assert heard(*words, alerts=ALERTS, now=now + HOUR // 2).alerts == found.alerts
