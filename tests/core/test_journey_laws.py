"""What holds of the journeys of any history."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.journey import Journey
from streams.core.journeys import changes
from tests.core.journey_stories import at, rows

TYPES = ["ticket.opened", "ticket.assigned", "ticket.waiting", "contact.inbound", "ticket.resolved", "ticket.reopened", "complaint.opened"]
histories = st.lists(
    st.builds(
        lambda hours, type, team, source, seq, refs, facts: at(hours, type, team=team, source=source, seq=seq, refs=refs, facts=facts),
        st.integers(0, 4),
        st.sampled_from(TYPES),
        st.sampled_from(["", "a", "b"]),
        st.sampled_from(["desk", "mail"]),
        st.integers(0, 2),
        st.sampled_from([{"ticket": ("9",)}, {"ticket": ("12",)}, {"order": ("17",)}]),
        st.sampled_from([(), ("address",)]),
    ),
    max_size=7,
).map(lambda made: [replace(t, event_id=f"e{n}") for n, t in enumerate(made)])


def told(touchpoints):
    return {row.journey_id: row for row in rows(*touchpoints, matter=("order", "17"), clock=3).values()}


@given(histories.flatmap(lambda made: st.tuples(st.just(made), st.permutations(made))))
def test_the_order_of_arrival_does_not_matter(both):
    made, shuffled = both
    assert told(made) == told(shuffled)


@given(histories)
def test_names_of_touchpoints_decide_neither_status_nor_turn_nor_times(made):
    renamed = [replace(t, event_id=f"e{99 - n}") for n, t in enumerate(made)]

    def essence(rows):
        return sorted(
            (r.kind, r.ref, r.status, r.turn, r.opened_at, r.ended_at or 0, r.last_at, r.reopened, r.touches_in) for r in rows.values()
        )

    assert essence(told(made)) == essence(told(renamed))


@given(histories)
def test_one_by_one_ends_where_all_at_once_ends_and_versions_only_go_up(made):
    ledger: dict[str, Journey] = {}
    for version in range(1, len(made) + 1):
        present = told(made[:version])
        for row in changes(ledger, present, version):
            assert row.version == version > (ledger[row.journey_id].version if row.journey_id in ledger else 0)
            ledger[row.journey_id] = row
        assert changes(ledger, present, version + 1) == []
    assert {name: replace(row, version=0) for name, row in ledger.items() if not row.withdrawn} == told(made)
