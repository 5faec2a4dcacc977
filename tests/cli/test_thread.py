"""One customer's thread, as it is printed."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console, Group

from streams.cli.thread import Break, Customer, Moment, head, thread

BERLIN = ZoneInfo("Europe/Berlin")


def instant(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def moment(at, type_, department, direction="inbound", **said):
    left_out: dict[str, Any] = {
        "event_id": at,
        "source": "s",
        "channel": "",
        "team": "",
        "agent": "",
        "refs": {},
        "facts": (),
        "due_at": None,
        "attributes": {},
    }
    return Moment(**(left_out | {"at": instant(at), "type": type_, "department": department, "direction": direction} | said))


def alert(at, title, **said):
    left_out: dict[str, Any] = {
        "alert_id": "a", "rule": "r", "status": "open", "level": "broken", "severity": "high", "responsible": "service", "matter": "", "occurrences": 1,
        "ends_at": None, "summary": "", "cause": "", "evidence": (),
    }  # fmt: skip
    return Break(**(left_out | {"at": instant(at), "title": title} | said))


def printed(*parts, width=120):
    console = Console(width=width, highlight=False)
    with console.capture() as captured:
        console.print(Group(*parts))
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


ORDERED = moment("2026-03-02 18:30", "order.placed", "online", refs={"order": ["1002"]}, channel="web", due_at=instant("2026-03-05 23:00"))
CALLED = moment(
    "2026-03-09 08:12",
    "contact.inbound",
    "service",
    team="hotline",
    agent="u1",
    refs={"order": ["1002"], "ticket": ["T-7"]},
    facts=("address",),
)
NOTED = moment(
    "2026-03-09 08:20",
    "ticket.assigned",
    "service",
    "internal",
    team="shipping",
    refs={"ticket": ["T-7"]},
    attributes={"note": "", "size": "2"},
)
LATE = alert(
    "2026-03-06 23:00", "Not delivered", responsible="offline", summary="order 1002 was promised until 6 Mar", evidence=[("e", ORDERED.at, "order.placed", "online")],
    first_step="Find the parcel.",
)  # fmt: skip
ANSWERED = alert(
    "2026-03-09 08:20", "Nobody answered", status="resolved", ends_at=instant("2026-03-11 09:30"), summary="no answer within 8 hours"
)


def test_breaks_stand_where_they_happened_and_long_silences_are_seen():
    assert (
        printed(*thread([ORDERED, CALLED, NOTED], [ANSWERED, LATE], BERLIN))
        == """\

Mon 2 Mar 2026
  19:30  online   → order.placed                 order:1002             web  due Fri 6 Mar 00:00

  ──────────── 4 days ────────────

Sat 7 Mar 2026
  00:00  ✗ Not delivered: order 1002 was promised until 6 Mar  [high, open]
         because    Mon 2 Mar 19:30  online  order.placed
         who acts   offline
         first step Find the parcel.

Mon 9 Mar 2026
  09:12  service  → contact.inbound  hotline/u1  order:1002 ticket:T-7  told us address
  09:20  service  · ticket.assigned  shipping    ticket:T-7             size=2
  09:20  ✓ Nobody answered: no answer within 8 hours  [high, resolved, ended Wed 11 Mar 10:30]
"""
    )


def test_a_narrow_terminal_has_the_facts_below():
    told = moment("2026-03-02 18:30", "order.placed", "online", attributes={"note": "ring twice, then leave it"})
    assert (
        printed(*thread([told], [], BERLIN), width=48)
        == """\

Mon 2 Mar 2026
  19:30  online  → order.placed
         note=ring twice, then leave it
"""
    )


def test_the_head_says_who_it_is_and_shortens_what_stands_for_a_person():
    customer = Customer("c-1", [("crm_id:C-17", ORDERED.at), ("email:9f86d081884c7d65", ORDERED.at), ("email:aa86d081884c7d65", CALLED.at)])
    assert (
        printed(*head(customer, [ORDERED, CALLED], [LATE, ANSWERED], frozenset({"email"})))
        == """\
Customer c-1
  crm_id       C-17
  email        9f86d081…, aa86d081…
  2 touchpoints in 2 departments, 1 open alert
  → from the customer   ← to the customer   · among ourselves
"""
    )


def test_a_withdrawn_alert_says_why_and_a_warning_is_marked_as_one():
    withdrawn = alert("2026-03-02 18:30", "Silence", status="withdrawn", cause="late_event", summary="answered after all", occurrences=2)
    warned = alert("2026-03-02 19:30", "Silence", level="at_risk", responsible="", summary="an hour is left")
    assert (
        printed(*thread([], [withdrawn, warned], BERLIN))
        == """\

Mon 2 Mar 2026
  19:30  ✓ Silence: answered after all  [high, withdrawn, because of late event, 2 times]
  20:30  ! Silence: an hour is left  [high, at risk, open]
         who acts nobody is named by the rule
"""
    )
