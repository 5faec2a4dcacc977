"""A customer whose history was replayed ends where one ends that was watched all the time, and people hear of everything once."""

from collections import defaultdict
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.alert import Alert
from schemas.clock import Clock, Tick
from schemas.identity import Touched
from schemas.state import FamilyState
from schemas.touchpoint import NEVER, Touchpoint
from tests.small_company import customer_stage
from tests.stages.builders import HOUR, OLD, RULES, touchpoint

STAGE = customer_stage(RULES)
DAYS = range(1, 13)  # judged at the end of each, and a last time long after
DAY = 24 * HOUR
APPEARS = ("opened", "held", "resolved")


def judged(story: Sequence[Touchpoint], ticks: Sequence[Clock]) -> list[Alert]:
    """Every change that is published; a touchpoint arrives before the first tick after it."""
    state: FamilyState | None = None
    published: list[Alert] = []
    arrived = 0
    for clock in ticks:
        for event in story[arrived:]:
            if event.at > clock.now:
                break
            arrived += 1
            state = STAGE.process(state, Touched(OLD, event, 0)).state
        if state is not None and STAGE.is_due(state, clock):
            step = STAGE.evaluate(OLD, state, Tick(3, clock))
            state = step.state
            published += [message for message in step.outputs if isinstance(message, Alert)]
    return published


def told(published: Sequence[Alert]) -> dict[str, list[str]]:
    """Alert id -> what people hear of it."""
    found = defaultdict(list)
    for alert in published:
        if not alert.historical:
            found[alert.alert_id].append(alert.change)
    return dict(found)


def final(published: Sequence[Alert]) -> dict[str, Alert]:
    """As they stand, without how they came there."""
    plain = {"change": "opened", "because": "", "changed_at": 0, "version": 0, "historical": False}
    return {alert.alert_id: replace(alert, **plain) for alert in published}


stories = st.lists(
    st.tuples(
        st.integers(0, 11 * 24),
        st.sampled_from(["contact.inbound", "contact.outbound", "ticket.assigned"]),
        st.sampled_from(["a", "b"]),
        st.sampled_from(["8", "9"]),
    ),
    max_size=12,
).map(
    lambda rows: [
        touchpoint("email:a", name=str(n), at=hour * HOUR + 1, type=type, team=team, refs={"ticket": (ticket,)})
        for n, (hour, type, team, ticket) in enumerate(sorted(rows))
    ]
)


@given(stories, st.integers(1, 11), st.integers(0, 3))
def test_a_replay_and_what_follows_end_where_watching_all_the_time_ends(story, replayed, away):
    """`away`: days between the end of the replay and going live."""
    border = replayed * DAY
    after = [day for day in (*DAYS, 99) if day > replayed + away]
    watched = judged(story, [Clock(day * DAY) for day in (*DAYS, 99)])
    handed_over = judged(story, [Clock(border, live_since=NEVER), *(Clock(day * DAY, live_since=border) for day in after)])

    assert final(handed_over) == final(watched)
    assert all(alert.historical for alert in handed_over if alert.changed_at <= border)
    heard = told(handed_over)
    assert all(changes[0] in APPEARS and changes.count("opened") <= 1 + changes.count("resolved") for changes in heard.values())
    new = {alert.alert_id for alert in watched if alert.starts_at > border}
    assert new <= heard.keys()
    past = {alert.alert_id for alert in handed_over if alert.changed_at <= border}
    assert all(alert.occurrences > 1 for alert in handed_over if alert.alert_id in past and not alert.historical)
    if not away:
        in_time = told([alert for alert in watched if alert.changed_at > border])
        assert {key: changes for key, changes in heard.items() if key in new} == {key: in_time[key] for key in new}


def test_a_deadline_that_passes_between_the_end_of_the_replay_and_going_live_fires_once():
    question = touchpoint("email:a", at=23 * HOUR, refs={"ticket": ("9",)})
    published = judged([question], [Clock(DAY, live_since=NEVER), *(Clock(day * DAY, live_since=DAY) for day in (6, 7, 8))])
    assert [(alert.change, alert.historical, alert.starts_at) for alert in published] == [("opened", False, 47 * HOUR)]


def test_a_tick_of_the_replay_that_is_still_in_the_inbox_changes_nothing():
    question = touchpoint("email:a", at=0, refs={"ticket": ("9",)})
    stale = Clock(2 * DAY, live_since=NEVER)
    published = judged([question], [stale, Clock(5 * DAY, live_since=2 * DAY), stale])
    assert [(alert.change, alert.historical) for alert in published] == [("opened", True)]
