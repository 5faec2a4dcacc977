"""One customer's thread, as people see it and as programs read it."""

import json

import pytest

from schemas.ids import event_id
from tests.cli.printed import lines
from tests.cli.story import ANNA, ANNAS_ID, ANNAS_PHONE, CARD, JONAS_ID, LATE

pytestmark = pytest.mark.server
THREAD = f"""\
Customer {ANNAS_ID}
  email        {ANNA[6:14]}…
  loyalty      17
  phone        {ANNAS_PHONE[6:14]}…
  4 touchpoints in 2 departments, 1 open alert
  → from the customer   ← to the customer   · among ourselves

Mon 2 Mar 2026
  19:30  online   → order.placed      web        order:1002             due Fri 6 Mar 00:00

  ──────────── 4 days ────────────

Sat 7 Mar 2026
  00:00  ✗ Not delivered by the promised day: Order 1002 was promised until Fri 6 Mar and has not been delivered.  [high, open]
         because    Mon 2 Mar 19:30  online  order.placed
         who acts   offline
         first step Find the parcel, and tell the customer where it is and when it comes.

Mon 9 Mar 2026
  09:12  service  → contact.inbound   hotline   order:1002 ticket:T-7  told us address
  09:20  service  · ticket.assinged   shipping  ticket:T-7
  17:12  ✓ Customer asked, nobody answered: Nobody answered within 8 working hours.  [high, resolved, ended Wed 11 Mar 10:30]
         because Mon 9 Mar 09:12  service  contact.inbound

Wed 11 Mar 2026
  10:30  service  ← contact.outbound  hotline   ticket:T-7
"""
THREAD = THREAD.replace(
    "→ order.placed      web        order:1002             due", "→ order.placed                order:1002             web  due"
)


@pytest.mark.parametrize(
    "who",
    [
        "order:1002", "ticket:T-7", "T-7", "anna@example.org", " Anna@Example.org", "email:anna@example.org", ANNA, "0151 23456789", "+4915123456789",
        "loyalty:17", "17", ANNAS_ID, LATE, event_id("desk", "13"),
    ],
)  # fmt: skip
def test_whatever_is_at_hand_leads_to_the_thread(redthread, who):
    result = redthread("timeline", who)
    assert (lines(result), result.stderr, result.exit_code) == (THREAD, "", 0)


def test_what_means_several_customers_is_asked_back(redthread):
    result = redthread("timeline", "1002")
    assert (lines(result), result.stderr, result.exit_code) == (
        f"""\
customer_id                           identifiers  touchpoints  open_alerts  last_seen             through
{ANNAS_ID}  3            4            1            2026-03-11 09:30:00Z  order:1002
{JONAS_ID}  1            3            1            2026-03-05 12:41:00Z  ticket:1002
""",
        "'1002' leads to 2 customers; name one of them by its id\n",
        1,
    )


@pytest.mark.parametrize(
    "who", ["nobody@example.org", "order:1", "+49 30 1234567", "bestellung:1002", "00000000-0000-0000-0000-000000000000"]
)
def test_whom_nobody_knows_is_said(redthread, who):
    result = redthread("timeline", who)
    kinds = "crm_id, user, loyalty, email, phone, device, cookie, source"
    said = f"nobody is known as {who!r}: it is no customer id, no identifier ({kinds}) and no ref on the timeline"
    assert (result.stdout, " ".join(result.stderr.split()), result.exit_code) == ("", said, 1)


def test_the_thread_begins_where_one_wants(redthread):
    shown = lines(redthread("timeline", "loyalty:17", "--since", "2d"))
    assert "Mon 2 Mar" not in shown.replace("because", "")
    assert [line for line in shown.splitlines() if line.endswith("2026")] == ["Mon 9 Mar 2026", "Wed 11 Mar 2026"]


def test_withdrawn_alerts_are_shown_on_request_with_their_cause(redthread):
    shown = lines(redthread("timeline", "loyalty:17", "--withdrawn", "--lang", "de"))
    assert (
        "  19:31  ✓ Asked for an opinion before the delivery: The parcel had been there.  [info, withdrawn, because of late event]\n"
        in shown
    )
    assert "         first step Das Paket ausfindig machen und dem Kunden sagen, wo es ist und wann es kommt.\n" in shown


def test_a_thread_is_one_document_for_programs(redthread):
    document = json.loads(redthread("timeline", "loyalty:17", "--json").stdout)
    assert list(document) == ["customer_id", "identifiers", "timeline", "alerts"]
    assert document["identifiers"] == [
        {"identifier": ANNA, "first_seen": "2026-03-02T18:30:00Z"},
        {"identifier": CARD, "first_seen": "2026-03-02T18:30:00Z"},
        {"identifier": ANNAS_PHONE, "first_seen": "2026-03-09T08:12:00Z"},
    ]
    assert [(touchpoint["occurred_at"], touchpoint["type"]) for touchpoint in document["timeline"]] == [
        ("2026-03-02T18:30:00Z", "order.placed"),
        ("2026-03-09T08:12:00Z", "contact.inbound"),
        ("2026-03-09T08:20:00Z", "ticket.assinged"),
        ("2026-03-11T09:30:00Z", "contact.outbound"),
    ]
    assert document["alerts"][0] == {
        "starts_at": "2026-03-06T23:00:00Z",
        "alert_id": LATE,
        "rule": "late_delivery",
        "title": "Not delivered by the promised day",
        "status": "open",
        "level": "broken",
        "severity": "high",
        "responsible": "offline",
        "matter": "order:1002",
        "occurrences": 1,
        "ends_at": None,
        "summary": "Order 1002 was promised until Fri 6 Mar and has not been delivered.",
        "cause": "",
        "evidence": [{"event_id": event_id("shop", "10"), "at": "2026-03-02T18:30:00Z", "type": "order.placed", "department": "online"}],
        "first_step": "Find the parcel, and tell the customer where it is and when it comes.",
    }


def test_a_time_that_is_none_is_wrong_use(redthread):
    result = redthread("timeline", "loyalty:17", "--since", "gestern")
    assert (result.stdout, result.exit_code) == ("", 2)
    assert "'gestern' is no time: write 2026-03-01" in result.stderr
