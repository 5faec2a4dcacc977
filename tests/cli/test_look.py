"""Looking into a data folder, as people see it and as programs read it."""

import json

import pytest

from schemas.ids import customer_id, event_id
from tests.cli.story import ANNA, ANNAS_PHONE, CARD, HOTLINE, JONAS, LATE, SHARED, SILENT, TOO_EARLY

pytestmark = pytest.mark.server

ANNAS_ID, JONAS_ID = customer_id(ANNA), customer_id(JONAS)
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


def lines(result):
    """What was printed, without the blanks that fill up columns."""
    return "".join(f"{line.rstrip()}\n" for line in result.stdout.splitlines())


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


def test_alerts_are_listed_newest_first(redthread):
    assert (
        lines(redthread("alerts"))
        == f"""\
starts_at             severity  status    rule               responsible  alert_id  summary
2026-03-09 16:12:00Z  high      resolved  silence            service      {SILENT[:8]}  Nobody answered within 8 working hours.
2026-03-06 23:00:00Z  high      open      late_delivery      offline      {LATE[:8]}  Order 1002 was promised until Fri 6 Mar and has not been delivered.
2026-03-04 10:00:00Z  info      open      shared_identifier               {SHARED[:8]}  Somebody said that these are two customers.
"""
    )


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (("--rule", "silence"), [SILENT]),
        (("--status", "open"), [LATE, SHARED]),
        (("--status", "withdrawn", "--status", "open"), [LATE, SHARED, TOO_EARLY]),
        (("--severity", "info"), [SHARED]),
        (("--department", "service"), [SILENT]),
        (("--who", "anna@example.org"), [SILENT, LATE]),
        (("--customer", JONAS_ID), [SHARED]),
        (("--since", "2026-03-07 00:00"), [SILENT, LATE]),
        (("--since", "2026-03-07 00:01"), [SILENT]),
        (("--limit", "1"), [SILENT]),
    ],
)
def test_alerts_can_be_filtered(redthread, filters, found):
    result = redthread("alerts", *filters, "--json")
    assert ([json.loads(line)["alert_id"] for line in result.stdout.splitlines()], result.exit_code) == (found, 0)


@pytest.mark.parametrize(("option", "word", "near"), [("--status", "opn", "open"), ("--severity", "hihg", "high")])
def test_a_filter_that_cannot_match_is_wrong_use(redthread, option, word, near):
    result = redthread("alerts", option, word)
    assert (result.stdout, result.exit_code) == ("", 2)
    assert f"did you mean {near}?" in result.stderr


def test_one_alert_tells_its_whole_story(redthread):
    assert (
        lines(redthread("alerts", "show", LATE[:8]))
        == f"""\
Sat 7 Mar 2026
  00:00  ✗ Not delivered by the promised day: Order 1002 was promised until Fri 6 Mar and has not been delivered.  [high, open]
         because    Mon 2 Mar 19:30  online  order.placed
         who acts   offline
         first step Find the parcel, and tell the customer where it is and when it comes.

  alert_id     {LATE}
  rule         late_delivery
  customer_id  {ANNAS_ID}
  matter       order:1002
  journey      order
  departments  online
  identifiers  {ANNA}

    1  2026-03-05 01:00  opened:
    2  2026-03-07 00:00  updated: Order 1002 was promised until Fri 6 Mar and has not been delivered.
"""
    )


def test_one_alert_is_one_document_for_programs(redthread):
    document = json.loads(redthread("alerts", "show", TOO_EARLY, "--json").stdout)
    assert document["history"] == [
        {
            "version": 1,
            "changed_at": "2026-03-03T00:00:00Z",
            "change": "withdrawn",
            "status": "withdrawn",
            "level": "broken",
            "severity": "info",
            "occurrences": 1,
            "cause": "late_event",
            "because": event_id("shop", "10"),
            "summary": "The parcel had been there.",
        }
    ]


@pytest.mark.parametrize(("start", "words"), [("zzz", "no alert has"), ("", "more than one alert has")])
def test_an_alert_that_is_not_one_is_said(redthread, start, words):
    result = redthread("alerts", "show", start)
    assert (result.stdout, result.stderr, result.exit_code) == ("", f"{words} an id that begins with {start!r}\n", 1)


def test_journeys_are_listed_newest_first(redthread):
    assert (
        lines(redthread("journeys"))
        == """\
opened_at             kind   ref         status     turn  departments      handoffs  bounces  touches_in  touches_out  findings
2026-03-02 18:30:00Z  order  order:1002  open       us    online, service  1         0        2           1            late_delivery
2026-03-02 09:15:00Z  order  order:1001  completed  us    online, service  1         0        2           1
"""
    )


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (("--kind", "order"), ["order:1002", "order:1001"]),
        (("--kind", "ticket"), []),
        (("--status", "completed"), ["order:1001"]),
        (("--customer", "anna@example.org"), ["order:1002"]),
        (("--broken",), ["order:1002"]),
        (("--since", "2026-03-02T10:00:00+00:00"), ["order:1002"]),
        (("--limit", "1"), ["order:1002"]),
    ],
)
def test_journeys_can_be_filtered(redthread, filters, found):
    result = redthread("journeys", *filters, "--format", "json")
    assert ([json.loads(line)["matter"] for line in result.stdout.splitlines()], result.exit_code) == (found, 0)


def test_identity_says_who_belongs_together_and_who_does_not(redthread):
    document = json.loads(redthread("identity", "show", "anna@example.org", "--json").stdout)
    changes = [(change["identifier"], change["version"], change["customer_id"]) for change in document.pop("changes")]
    assert sorted(changes) == sorted((identifier, 1, ANNAS_ID) for identifier in (ANNA, CARD, ANNAS_PHONE))
    assert document == {
        "customer_id": ANNAS_ID,
        "identifiers": [
            {"identifier": ANNA, "first_seen": "2026-03-02T18:30:00Z", "changes": 0},
            {"identifier": CARD, "first_seen": "2026-03-02T18:30:00Z", "changes": 0},
            {"identifier": ANNAS_PHONE, "first_seen": "2026-03-09T08:12:00Z", "changes": 0},
        ],
        "refused": [
            {"identifier": JONAS, "other": ANNA, "since": "2026-03-04T10:00:00Z", "why": "Somebody said that these are two customers."},
        ],
        "beside": [
            {
                "identifier": HOTLINE,
                "why": "shared by too many to identify anybody",
                "customer_id": None,
                "events": 1,
                "first_at": "2026-03-11T09:30:00Z",
                "last_at": "2026-03-11T09:30:00Z",
            }
        ],
    }


def test_identity_for_people_has_a_section_for_each_question(redthread):
    shown = lines(redthread("identity", "show", "loyalty:17")).splitlines()
    assert [line for line in shown if line and "  " not in line] == [
        f"Customer {ANNAS_ID}",
        "Identifiers",
        "Links that were not believed",
        "On the same events, but not this customer",
        "Changes",
    ]


def test_dead_letters_hide_what_may_be_personal(redthread):
    result = redthread("dead-letters", "list")
    assert (
        lines(result)
        == """\
received_at           reason         field  message                                  source  topic       partition  offset
2026-03-02 01:00:00Z  no_identifier  at     orders.csv, record 1: at: it is no time  shop    orders.csv  0          1
2026-03-02 00:00:00Z  bad_time       at     orders.csv, record 0: at: it is no time  shop    orders.csv  0          0
"""
    )


def test_dead_letters_show_their_bytes_on_request(redthread):
    result = redthread("dead-letters", "list", "--reason", "bad_time", "--source", "shop", "--show-payload", "--format", "csv")
    assert (
        result.stdout
        == """\
received_at,reason,field,message,source,topic,partition,offset,payload
2026-03-02T00:00:00Z,bad_time,at,"orders.csv, record 0: at: it is no time",shop,orders.csv,0,0,1003;mehmet@example.org;gestern
"""
    )


def test_more_than_the_limit_is_said(redthread):
    assert redthread("dead-letters", "list", "--limit", "1").stderr == "there are more than 1; --limit shows more\n"


@pytest.mark.parametrize(
    ("words", "typed", "printed"),
    [
        (("SELECT 1 AS a, 'x' AS b",), None, "a  b\n1  x\n"),
        (("SELECT rule FROM alerts WHERE severity = 'high' AND status = 'open'", "--json"), None, '{"rule": "late_delivery"}\n'),
        (("SELECT {n:UInt8} + 1 AS m, {s:String} AS s", "-p", "n=4", "-p", "s=a=b", "--format", "csv"), None, "m,s\n5,a=b\n"),
        (("--format", "csv"), "SELECT count() AS n FROM timeline", "n\n7\n"),
        (("-", "--format", "csv"), "SELECT count() AS n FROM customers;\n", "n\n2\n"),
    ],
)
def test_sql_asks_the_views(redthread, words, typed, printed):
    result = redthread("sql", *words, typed=typed)
    assert (lines(result), result.stderr, result.exit_code) == (printed, "", 0)


@pytest.mark.parametrize("query", ["DROP TABLE timeline_events", "INSERT INTO ingest_batches (token) VALUES ('x')", "SYSTEM SHUTDOWN"])
def test_sql_only_reads(redthread, query):
    result = redthread("sql", query)
    assert (result.stdout, result.exit_code) == ("", 1)
    assert result.stderr.startswith("only reading queries are answered here, and the server refuses this one:")


def test_a_mistake_in_a_query_is_told_shortly(redthread):
    result = redthread("sql", "SELECT nothing FROM")
    assert (result.stdout, result.exit_code) == ("", 1)
    assert result.stderr.startswith("Syntax error: failed at position")
    assert len(result.stderr) < 200


@pytest.mark.parametrize(("words", "said"), [((), "there is no query"), (("SELECT 1", "-p", "n"), "'n' is not NAME=VALUE")])
def test_a_query_that_cannot_be_asked_is_wrong_use(redthread, words, said):
    result = redthread("sql", *words, typed="")
    assert (result.stdout, result.exit_code) == ("", 2)
    assert said in result.stderr
