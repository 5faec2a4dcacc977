"""What holds of the alerts of any history."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.alert import Alert
from schemas.clock import Clock
from schemas.rule import Rule
from streams.core.alert_changes import Evaluation, changes
from streams.core.identity import pair
from streams.core.rules.court import Court
from tests.core.alert_stories import (
    HOUR,
    MARCH_4,
    RULES,
    alerts,
    at,
    book,
    finding,
    judged,
)

TOUCHPOINTS = [at(n, "contact.inbound", f"q{n}", ids=(f"cookie:{n % 3}", "email:a")) for n in range(4)]
LINKS = [pair(f"cookie:{n}", "email:a") for n in range(3)]


@given(st.permutations(TOUCHPOINTS), st.permutations(LINKS))
def test_the_order_of_touchpoints_and_links_does_not_matter(touchpoints, links):
    judgement = judged(finding("too_many", *TOUCHPOINTS, key=("",)))
    assert alerts(judgement, *touchpoints, links=links) == alerts(judgement, *TOUCHPOINTS, links=LINKS)


COURT = Court(
    {
        "silence": Rule.model_validate(
            {"title": "Nobody answered", "expect": {"after": "contact.inbound", "then": "contact.outbound", "within": "2h"}}
        ),
        "repeats": RULES["repeats"],
        "ping_pong": RULES["ping_pong"],
        "again": Rule.model_validate({"title": "Asked again", "forbid": {"what": "contact.inbound", "after": "alert.silence.opened"}}),
    },
    words={}, types=dict.fromkeys(["contact.inbound", "contact.outbound", "ticket.assigned"], ("service",)), calendars={},
    matter=("ticket",), timezone="UTC",
)  # fmt: skip
JUDGED = book({name: judge.rule for name, judge in COURT.judges.items()})
histories = st.lists(
    st.builds(
        lambda hours, type, team, ref: at(60 * hours, type, team=team, facts=("address",), refs={"ticket": (ref,)}),
        st.integers(0, 6),
        st.sampled_from(["contact.inbound", "contact.outbound", "ticket.assigned"]),
        st.sampled_from(["a", "b"]),
        st.sampled_from(["9", "12"]),
    ),
    max_size=7,
).map(lambda made: [replace(t, event_id=f"e{n}") for n, t in enumerate(made)])


def present(touchpoints):
    clock = Clock(MARCH_4 + 5 * HOUR, {"service": MARCH_4 + 4 * HOUR})
    return JUDGED.alerts("anna", {t.event_id: t for t in touchpoints}, COURT.judge(touchpoints, clock))


@given(histories.flatmap(lambda made: st.tuples(st.just(made), st.permutations(made))))
def test_the_order_of_arrival_does_not_matter(both):
    made, shuffled = both
    assert present(made) == present(shuffled)


@given(histories)
def test_one_by_one_ends_where_all_at_once_ends_and_an_unchanged_set_publishes_nothing(made):
    ledger: dict[str, Alert] = {}
    for version in range(1, len(made) + 1):
        now = present(made[:version])
        this = Evaluation(version=version, now=version, fresh=(made[version - 1].event_id,), rules=JUDGED.versions)
        for alert in changes(ledger, now, this):
            assert alert.version == version > (ledger[alert.alert_id].version if alert.alert_id in ledger else 0)
            ledger[alert.alert_id] = alert
        assert changes(ledger, now, this) == []
    standing = [alert for alert in ledger.values() if alert.status != "withdrawn"]
    plain = {"change": "opened", "because": "", "changed_at": 0, "version": 0}
    assert {alert.alert_id: replace(alert, **plain) for alert in standing} == present(made)
