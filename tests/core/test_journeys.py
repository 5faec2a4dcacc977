"""The rows that a customer's touchpoints make, matter by matter."""

import pytest
from msgspec.structs import replace

from schemas.clock import Clock
from schemas.company import JourneySpec
from schemas.ids import journey_id
from schemas.journey import Journey
from streams.core.journeys import changes
from streams.core.rules.finding import Finding
from tests.core.journey_stories import HOUR, at, book, rows, ticket


def test_a_ticket_that_goes_from_team_to_team_and_waits_for_the_customer():
    journey = rows(
        at(0, "ticket.opened", "t1", team="desk"),
        at(1, "ticket.assigned", team="returns"),
        at(3, "ticket.accepted", team="returns"),
        at(4, "ticket.waiting", direction="outbound"),
        at(9, "contact.inbound", team="desk", facts=("address",)),
        at(10, "ticket.assigned", team="returns"),
        at(12, "ticket.resolved", direction="outbound", team="returns"),
        at(13, "ticket.closed"),
    )
    assert journey == {
        "ticket ticket:9": ticket(
            "t1", status="completed", ended_at=12 * HOUR, last_at=13 * HOUR, teams=("desk", "returns", "desk", "returns"),
            handoffs=3, bounces=2, touches_in=2, touches_out=2, turn="nobody", waits_for="",
            waiting={"service": 7 * HOUR, "customer": 5 * HOUR},
        )
    }  # fmt: skip


def test_an_order_goes_through_departments_and_the_carrier_has_the_turn_last():
    order = {"order": ("17",)}
    journey = rows(
        at(0, "order.placed", "o1", department="online", refs=order),
        at(2, "payment.approved", department="online", refs=order),
        at(10, "parcel.handed_over", department="offline", refs=order),
        matter=("order", "17"),
    )
    assert journey == {
        "order order:17": Journey(
            journey_id=journey_id("order", "o1"), kind="order", customer_id="anna", matter="order:17", ref="order:17", status="open",
            opened_at=0, ended_at=None, last_at=10 * HOUR, departments=("online", "offline"), handoffs=1, touches_in=1,
            turn="third_party", waits_for="third_party", waiting={"online": 10 * HOUR},
        )
    }  # fmt: skip


def test_the_customer_waits_for_the_department_that_acted_last_and_not_for_the_one_that_spoke():
    journey = rows(
        at(0, "ticket.opened", "t1"),
        at(1, "escalation.raised", department="engineering"),
        at(3, "contact.outbound", department="marketing"),
        at(6, "ticket.accepted"),
    )
    assert journey["ticket ticket:9"] == ticket(
        "t1", last_at=6 * HOUR, departments=("service", "engineering", "marketing", "service"), handoffs=3,
        touches_in=1, touches_out=1, waiting={"service": HOUR, "engineering": 5 * HOUR},
    )  # fmt: skip


def test_a_reopened_ticket_goes_on_with_its_journey_and_nobody_waited_in_between():
    opened, closed, reopened = at(0, "ticket.opened", "t1"), at(2, "ticket.closed"), at(10, "ticket.reopened")
    late = at(5, "contact.inbound")
    assert rows(opened, closed, late, reopened, at(11, "ticket.accepted"))["ticket ticket:9"] == ticket(
        "t1", last_at=11 * HOUR, touches_in=2, reopened=1, waiting={"service": 3 * HOUR}
    )
    assert rows(opened, closed, late)["ticket ticket:9"] == ticket(
        "t1", status="completed", ended_at=2 * HOUR, last_at=5 * HOUR, touches_in=2, turn="nobody", waits_for="",
        waiting={"service": 2 * HOUR},
    )  # fmt: skip


def test_a_journey_that_ends_again_ends_at_the_later_end():
    journey = rows(
        at(0, "ticket.opened", "t1"), at(1, "ticket.closed"), at(2, "ticket.reopened"), at(3, "ticket.closed"), at(4, "ticket.closed")
    )
    assert journey["ticket ticket:9"] == ticket(
        "t1", status="completed", ended_at=3 * HOUR, last_at=4 * HOUR, touches_in=1, reopened=1, turn="nobody", waits_for="",
        waiting={"service": 2 * HOUR},
    )  # fmt: skip


def test_an_order_that_is_taken_back_is_canceled():
    order = {"order": ("17",)}
    placed, canceled = at(0, "order.placed", refs=order), at(1, "order.canceled", refs=order)
    (row,) = rows(placed, canceled).values()
    assert (row.status, row.ended_at) == ("canceled", HOUR)
    (row,) = rows(placed, canceled, at(1, "parcel.delivered", refs=order)).values()
    assert (row.status, row.ended_at) == ("completed", HOUR)


def test_what_the_customer_must_tell_again_and_what_we_promise_are_counted():
    journey = rows(
        at(0, "ticket.opened", "t1", facts=("order_number",)),
        at(1, "contact.inbound", facts=("order_number", "address")),
        at(2, "contact.inbound", facts=("address", "order_number")),
        at(3, "promise.made", direction="outbound", facts=("address",)),
    )
    assert journey["ticket ticket:9"] == ticket(
        "t1", last_at=3 * HOUR, touches_in=3, touches_out=1, repeats=3, promises=1, waiting={"service": 3 * HOUR}
    )


def test_an_unknown_team_is_no_other_team():
    journey = rows(
        at(0, "ticket.opened", "t1"),
        at(1, "ticket.assigned", team="a"),
        at(2, "ticket.accepted"),
        at(3, "ticket.accepted", department="sales"),
        at(4, "ticket.accepted"),
    )
    assert journey["ticket ticket:9"] == ticket(
        "t1", last_at=4 * HOUR, departments=("service", "sales", "service"), teams=("a",), handoffs=2, bounces=1, touches_in=1,
        waiting={"service": 3 * HOUR, "sales": HOUR},
    )  # fmt: skip


def test_a_matter_that_was_never_opened_has_no_journey():
    assert rows(at(0, "ticket.assigned"), at(1, "ticket.closed")) == {}
    assert rows(at(0, "store.visited")) == {}


def test_only_a_history_with_the_type_of_an_opener_may_have_a_journey():
    assert book().may_open({"ticket.assigned", "ticket.opened"})
    assert not book().may_open({"ticket.assigned", "contact.inbound"})


def test_a_touchpoint_without_a_matter_belongs_to_no_journey():
    opened, stray = at(0, "ticket.opened", "t1"), at(1, "contact.inbound", refs={})
    found = book().journeys("anna", {"t1": opened, "stray": stray}, {"t1": ("ticket", "9")}, Clock(0))
    assert list(found.values()) == [ticket("t1", touches_in=1)]


def test_a_matter_with_an_order_and_two_tickets_has_a_journey_of_each_that_keeps_out_the_other_ticket():
    order = {"order": ("17",)}
    found = rows(
        at(0, "order.placed", "o1", department="online", refs=order),
        at(1, "ticket.opened", "t9", refs={**order, "ticket": ("9",)}),
        at(2, "ticket.opened", "t12", refs={**order, "ticket": ("12",)}),
        at(3, "ticket.closed", ticket="9"),
        at(4, "parcel.delivered", department="offline", refs=order, direction="outbound"),
        matter=("order", "17"),
    )
    assert {name: (row.status, row.last_at // HOUR, row.touches_in, row.matter) for name, row in found.items()} == {
        "order order:17": ("completed", 4, 3, "order:17"),
        "ticket ticket:9": ("completed", 4, 1, "order:17"),
        "ticket ticket:12": ("open", 4, 1, "order:17"),
    }


def test_one_event_that_opens_two_journeys_names_both():
    found = rows(at(0, "ticket.opened", "t1", refs={"ticket": ("9", "12")}))
    assert {name: row.journey_id for name, row in found.items()} == {
        "ticket ticket:9": journey_id("ticket", "t1/9"),
        "ticket ticket:12": journey_id("ticket", "t1/12"),
    }


def test_a_complaint_lives_under_its_ticket_beside_the_ticket_itself():
    found = rows(at(0, "ticket.opened"), at(1, "complaint.opened"), at(2, "ticket.closed"), at(3, "complaint.closed"))
    assert {name: (row.status, row.opened_at, row.ended_at) for name, row in found.items()} == {
        "ticket ticket:9": ("completed", 0, 2 * HOUR),
        "complaint ticket:9": ("completed", HOUR, 3 * HOUR),
    }


def finding(rule, anchor, level="broken"):
    return Finding(
        rule=rule, key=(), anchor=anchor, level=level, since=0, until=None, hits=((anchor, 0),), evidence=frozenset({anchor}), size=1
    )


def test_rules_that_are_broken_on_a_matter_stand_in_its_journeys():
    opened = at(0, "ticket.opened", "t9")
    other = at(0, "ticket.opened", "t12", ticket="12")
    about_both, stray = at(1, "contact.inbound", "c1", refs={"order": ("17",)}), at(2, "contact.inbound", "s1", refs={})
    mine = {t.event_id: t for t in (opened, other, about_both, stray)}
    found = book().journeys(
        "anna", mine, dict.fromkeys(["t9", "t12", "c1"], ("order", "17")), Clock(0),
        [
            finding("silence", "c1"), finding("ping_pong", "t9"), finding("ping_pong", "t9"), finding("unresolved", "t12"),
            finding("too_late", "t9", level="at_risk"), finding("elsewhere", "s1"), finding("after_silence", "churn.opened/silence.opened/c1/address"),
        ],
    )  # fmt: skip
    assert {row.ref: row.findings for row in found.values()} == {
        "ticket:9": ("after_silence", "ping_pong", "silence"),
        "ticket:12": ("after_silence", "silence", "unresolved"),
    }


def test_a_journey_is_declared_with_selectors_and_words():
    specs = {"lead": JourneySpec.model_validate({"opens": {"type": "lead.created", "where": {"hot": True}}, "completes": "bought"})}
    leads = book(specs, bought=("deal.won", "order.placed"))
    lead = {"lead": ("3",)}
    assert rows(at(0, "lead.created", refs=lead), journeys=leads) == {}
    hot = at(0, "lead.created", refs=lead, attributes={"hot": True})
    assert rows(hot, at(1, "deal.won", refs=lead), journeys=leads)["lead lead:3"].status == "completed"


def test_a_journey_is_named_by_a_ref_that_makes_a_matter():
    with pytest.raises(ValueError, match=r"journeys\.complaint\.ref: 'complaint' is not one of the refs that make a matter: order, ticket"):
        book({"complaint": JourneySpec(opens="complaint.opened")})


def test_a_word_that_nobody_defined_is_named_with_the_journey_and_the_field():
    with pytest.raises(ValueError, match=r"journeys\.ticket\.completes: 'done' is neither an event type"):
        book({"ticket": JourneySpec(opens="ticket.opened", completes="done")})


def test_what_a_journey_mentions_or_counts_is_kept_when_it_is_about_a_matter():
    journeys = book()
    kept = ["ticket.opened", "ticket.waiting", "contact.inbound", "contact.outbound", "promise.made"]
    assert [type for type in [*kept, "page.viewed", "ticket.tagged"] if journeys.significant(at(0, type))] == kept
    assert not journeys.significant(at(0, "ticket.opened", refs={"account": ("1",)}))
    assert journeys.significant(at(0, "ticket.opened"))


def test_what_differs_is_published_and_an_unchanged_set_is_not():
    first = {row.journey_id: row for row in rows(at(0, "ticket.opened", "t1")).values()}
    opened = changes({}, first, 1)
    assert opened == [ticket("t1", touches_in=1, version=1)]
    ledger = {row.journey_id: row for row in opened}
    assert changes(ledger, first, 2) == []
    closed = {row.journey_id: row for row in rows(at(0, "ticket.opened", "t1"), at(0, "ticket.closed")).values()}
    assert [(row.status, row.version) for row in changes(ledger, closed, 2)] == [("completed", 2)]


def test_an_earlier_opener_that_arrives_late_renames_the_journey():
    first = {row.journey_id: row for row in rows(at(5, "ticket.reopened", "t2")).values()}
    ledger = {row.journey_id: row for row in changes({}, first, 1)}
    present = {row.journey_id: row for row in rows(at(0, "ticket.opened", "t1"), at(5, "ticket.reopened", "t2")).values()}
    old = ticket("t2", opened_at=5 * HOUR, last_at=5 * HOUR, withdrawn=True, version=2)
    new = ticket("t1", last_at=5 * HOUR, touches_in=1, waiting={"service": 5 * HOUR}, version=2)
    assert changes(ledger, present, 2) == [new, old]
    ledger |= {new.journey_id: new, old.journey_id: old}
    assert changes(ledger, present, 3) == []
    assert changes(ledger, first, 3) == [replace(old, withdrawn=False, version=3), replace(new, withdrawn=True, version=3)]
