"""Commands in the family set: late, twice, across a merge, and when their time is over."""

from typing import Any

from schemas.alert import Alert
from schemas.command import ACKNOWLEDGED, SILENCED
from schemas.identity import Separated, Touched
from schemas.ids import alert_id, customer_id, event_id
from schemas.journey import Journey
from schemas.state import FamilyState, Handover
from schemas.timeline import TimelineEntry
from streams.core.identity import pair
from streams.stages.handover import receive
from tests.stages.builders import HOUR, OLD, YOUNG, touchpoint
from tests.stages.test_evaluate import STAGE, at, judged, told, touched

ASKED = touched("email:a", at=0)
SILENCE = alert_id("silence", (), ASKED.touchpoint.event_id)


def said(
    type: str = ACKNOWLEDGED, *, hour: int = 27, until: int | None = None, who: str = "email:a", name: str = "c1", **more: Any
) -> Touched:
    due_at = None if until is None else until * HOUR
    refs = {kind: (ref,) for kind, ref in more.pop("refs", {}).items()}
    return Touched(
        OLD, touchpoint(who, name=name, at=hour * HOUR, type=type, source="commands", department="wall", agent="kim", due_at=due_at, refs=refs, **more), 0
    )  # fmt: skip


def changes(published: list[Any]) -> list[tuple[str, str, str, int]]:
    return [(a.change, a.status, a.said_by, a.version) for a in published if isinstance(a, Alert)]


def opened() -> FamilyState:
    return judged(told(ASKED), at(26))[0]


def test_a_command_is_on_the_timeline_at_once_and_changes_its_alert_with_the_next_tick():
    step = STAGE.process(opened(), said(refs={"alert": SILENCE}))
    assert step.outputs == (TimelineEntry(said(refs={"alert": SILENCE}).touchpoint, 0, customer_id("email:a")),)
    assert step.state is not None
    state, published = judged(step.state, at(27))
    assert [(a.change, a.status, a.said_by, a.because) for a in published] == [
        ("acknowledged", "acknowledged", "kim", event_id("desk", "c1"))
    ]
    assert judged(told(said(refs={"alert": SILENCE}), state=state), at(28))[1] == [], "said twice is said once"


def test_an_acknowledged_alert_ends_when_its_finding_does_and_the_next_one_opens_anew():
    state, _ = judged(told(said(refs={"alert": SILENCE}), state=opened()), at(27))
    answered = touched("email:a", name="2", at=28 * HOUR, type="contact.outbound")
    state, published = judged(told(answered, state=state), at(29))
    assert changes(published) == [("resolved", "resolved", "", 3)]
    state, published = judged(told(touched("email:a", name="3", at=30 * HOUR), state=state), at(60))
    assert changes(published) == [("opened", "open", "", 4)]


def test_a_silence_is_over_at_its_end_and_not_before():
    state, published = judged(told(said(SILENCED, until=40, refs={"ticket": "9"}), state=opened()), at(27))
    assert changes(published) == [("silenced", "silenced", "kim", 2)]
    assert not STAGE.is_due(state, at(39).clock)
    assert STAGE.is_due(state, at(30, now=40).clock), "by `now`: a department that stands still holds no silence"
    state, published = judged(state, at(40))
    assert changes(published) == [("opened", "open", "", 3)]


def test_a_customer_is_silenced_before_there_is_anything_to_hear():
    quiet = said(SILENCED, hour=1, until=100, attributes={"rule": "silence"})
    state, published = judged(told(ASKED, quiet), at(26))
    assert changes(published) == [("silenced", "silenced", "kim", 1)]
    assert changes(judged(state, at(100))[1]) == [("opened", "open", "", 2)]


def test_a_silence_can_be_taken_back():
    state, _ = judged(told(said(SILENCED, until=100), state=opened()), at(27))
    state, published = judged(told(said(SILENCED, hour=29, until=29, name="c2"), state=state), at(28))
    assert changes(published) == [("opened", "open", "", 3)]


def test_commands_that_come_before_their_alert_or_in_another_order_end_alike():
    words = [said(refs={"alert": SILENCE}), said(SILENCED, hour=28, until=90, name="c2"), said(SILENCED, hour=29, until=29, name="c3")]
    ends = []
    for messages in ([ASKED, *words], [*words[::-1], ASKED], [words[1], ASKED, words[0], words[2], words[1]]):
        state: FamilyState | None = None
        for n, message in enumerate(messages):
            state = judged(told(message, state=state), at(26 + n))[0]
        assert state is not None
        alert = state.alerts[SILENCE]
        ends.append((alert.status, alert.said, alert.said_by, alert.said_until))
    assert ends == [("acknowledged", event_id("desk", "c1"), "kim", None)] * 3


def test_what_was_said_to_one_customer_moves_with_a_merge():
    state, _ = judged(told(said(SILENCED, until=100, who="email:b"), touched("email:b", name="2", at=1, type="page.viewed")), at(26))
    merged, _ = receive(opened(), Handover(OLD, YOUNG, 0, 1, state))
    assert changes(judged(merged, at(27))[1]) == [], "two customers of one family"
    merged = told(touched("email:a", "email:b", name="3", at=2, type="page.viewed"), state=merged)
    assert changes(judged(merged, at(27))[1]) == [("silenced", "silenced", "kim", 2)]


def test_a_refused_link_can_be_acknowledged_although_nothing_is_new_about_identity():
    refused = alert_id("shared_identifier", ("email:a", "email:b"), "")
    together = touched("email:a", "email:b", at=1, type="page.viewed")
    state, _ = judged(told(together, Separated(OLD, "email:a", "email:b")), at(2))
    assert pair("email:a", "email:b") in state.links
    state, published = judged(told(said(refs={"alert": refused}), state=state), at(3))
    assert changes(published) == [("acknowledged", "acknowledged", "kim", 2)]
    assert (
        judged(told(touched("email:a", name="9", at=3 * HOUR, type="ticket.assigned", team="x"), state=state), at(4))[0].alerts
        == state.alerts
    )


def test_a_command_about_a_matter_is_no_part_of_its_journey():
    begun = touched("email:a", at=1, type="ticket.assigned", team="desk")
    _, published = judged(told(begun, said(SILENCED, hour=3, until=9, refs={"ticket": "9"})), at(4))
    (journey,) = [j for j in published if isinstance(j, Journey)]
    assert (journey.last_at, journey.departments) == (1, ("service",))
