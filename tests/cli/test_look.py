"""Journeys, identity and dead letters, as people see them and as programs read them."""

import json

import pytest

from tests.cli.printed import lines
from tests.cli.story import ANNA, ANNAS_ID, ANNAS_PHONE, CARD, HOTLINE, JONAS

pytestmark = pytest.mark.server


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
