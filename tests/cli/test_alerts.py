"""Alerts, as people see them and as programs read them."""

import json

import pytest

from schemas.ids import event_id
from tests.cli.printed import lines
from tests.cli.story import ANNA, ANNAS_ID, JONAS_ID, LATE, SHARED, SILENT, TOO_EARLY

pytestmark = pytest.mark.server


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
