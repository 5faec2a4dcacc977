"""What people say counts the same on every runner, whether it comes before everything else or after it."""

import json
from collections.abc import Sequence

import pytest

from schemas.command import ACKNOWLEDGED, DISTINCT, LINKED, SHARED, SILENCED, Command
from schemas.ids import alert_id, customer_id, derived_id, event_id
from schemas.touchpoint import Scalar
from sinks.clickhouse.rows import NOBODY
from tests.suite.runners import Outcome, Runner

pytestmark = pytest.mark.server

MARCH = 1_772_323_200_000_000  # 1 March 2026, UTC
DAY = 86_400_000_000
COMPANY = """
company: Desk
pack: none
sources:
  - source: desk
    department: service
    input: {format: jsonl, files: "*.jsonl"}
    defaults: {id: id, time: at, identifiers: {crm_id: crm, loyalty: card}, refs: {ticket: ticket}}
    events: [{type: {from: what, map: {asked: contact.inbound, answered: contact.outbound}}}]
rules:
  silence:
    title: Customer asked, nobody answered
    who: service
    per: matter
    expect: {after: contact.inbound, then: contact.outbound, within: 24h}
"""
ASKED = {"1": ("crm", "C-1"), "2": ("crm", "C-2"), "3": ("crm", "C-3"), "4": ("crm", "C-4"), "5": ("card", "77"), "6": ("crm", "C-6")}
EVENTS = [
    *(
        {"id": f"q{ticket}", "at": "2026-03-02T09:00:00Z", "what": "asked", "ticket": ticket, kind: who}
        for ticket, (kind, who) in ASKED.items()
    ),
    {"id": "a6", "at": "2026-03-05T09:00:00Z", "what": "answered", "ticket": "6", "crm": "C-6"},
    {"id": "end", "at": "2026-03-09T00:00:00Z", "what": "answered", "ticket": "7", "crm": "C-7"},
]


@pytest.fixture(scope="module")
def outcome(runner: Runner, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Six who ask; what people say of it is said once before the alerts are there and once after, by `runner`."""
    place = tmp_path_factory.mktemp("commands")
    (place / "redthread.yaml").write_text(COMPANY, encoding="utf-8")
    (place / "events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in EVENTS), encoding="utf-8")
    return runner.run(place / "redthread.yaml", [place / "events.jsonl"], as_of="2026-03-10", commands=[*SAID, *SAID[:2]])


def alert_of(ticket: str) -> str:
    """Named after the question, whose id is that of its event."""
    return alert_id("silence", (), question(ticket))


def question(ticket: str) -> str:
    return event_id("desk", f"contact.inbound:q{ticket}")


def command(
    type: str, known: Sequence[str], day: int, ref: tuple[str, str] | None = None, until: int | None = None, **said: Scalar
) -> Command:
    refs = () if ref is None else (ref,)
    return Command(type, "kim", MARCH + day * DAY, tuple(known), refs, None if until is None else MARCH + until * DAY, tuple(said.items()))


SAID = [
    command(ACKNOWLEDGED, ["crm_id:C-1"], 4, ("alert", alert_of("1")), useful=True, note="on it"),
    command(SILENCED, ["crm_id:C-2"], 4, ("ticket", "2"), until=30),
    command(SILENCED, ["crm_id:C-3"], 4, until=8),
    command(SILENCED, ["crm_id:C-4"], 4, until=30, rule="silence"),
    command(LINKED, ["crm_id:C-4", "loyalty:77"], 5),
    command(DISTINCT, ["crm_id:C-1", "crm_id:C-2"], 5),
    command(SHARED, ["crm_id:C-7"], 5, note="a robot"),
    command(ACKNOWLEDGED, ["crm_id:C-6"], 4, ("alert", alert_of("6")), useful=False),
    command(ACKNOWLEDGED, [], 4, ("alert", derived_id("an alert without a customer"))),
]


def test_alerts_are_as_people_said(outcome: Outcome):
    found = outcome.query(
        "SELECT refs['ticket'][1] AS t, status, said_by, toDate(said_until) FROM alerts INNER JOIN timeline ON event_id = anchor ORDER BY t"
    )
    until = outcome.query("SELECT toDate('2026-03-31')")[0][0]
    assert found == [
        ("1", "acknowledged", "kim", None),
        ("2", "silenced", "kim", until),
        ("3", "open", "", None),
        ("4", "silenced", "kim", until),
        ("5", "silenced", "kim", until),  # one customer with 4, of whom the whole rule is silenced
        ("6", "resolved", "", None),
    ]


def test_who_is_who_is_as_people_said(outcome: Outcome):
    owners = dict(
        outcome.query(
            "SELECT identifier, toString(customer_id) FROM identifiers WHERE identifier IN ('crm_id:C-1', 'crm_id:C-4', 'crm_id:C-7', 'loyalty:77')"
        )
    )
    assert owners == {
        "crm_id:C-1": customer_id("crm_id:C-1"),
        "crm_id:C-4": customer_id("crm_id:C-4"),
        "crm_id:C-7": NOBODY,
        "loyalty:77": customer_id("crm_id:C-4"),
    }


def test_everything_that_was_said_is_on_record_once(outcome: Outcome):
    found = outcome.query("SELECT toString(event_id), said_by, everybody, source FROM commands")
    assert sorted(found) == sorted((said.event_id, "kim", not said.known, "commands") for said in SAID)
    assert outcome.query(
        "SELECT what, identifiers, note, useful FROM commands WHERE what IN ('distinct', 'linked') OR note != '' ORDER BY what"
    ) == [
        ("acknowledged", ["crm_id:C-1"], "on it", True),
        ("distinct", ["crm_id:C-1", "crm_id:C-2"], "", None),
        ("linked", ["crm_id:C-4", "loyalty:77"], "", None),
        ("shared", ["crm_id:C-7"], "a robot", None),
    ]


def test_what_is_said_twice_is_a_duplicate_and_nothing_else(outcome: Outcome):
    accounting = outcome.accounting()
    assert (accounting["timeline_rows"], accounting["duplicates"], accounting["dead_letters"]) == (len(EVENTS) + len(SAID), 2, 0)


def test_rules_are_known_by_their_use(outcome: Outcome):
    assert outcome.query("SELECT rule, sum(opened), sum(acknowledged), sum(useful), sum(useless) FROM rule_quality GROUP BY rule") == [
        ("silence", 6, 2, 1, 1)
    ]
