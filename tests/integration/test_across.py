"""Rules across customers on a real ClickHouse: what they ask, what they publish, and that nothing is published twice."""

from collections.abc import Callable, Sequence
from dataclasses import replace as changed
from typing import Any

import pytest
from msgspec.structs import replace

from schemas.across import AcrossRule
from schemas.alert import Alert, Evidence
from schemas.company import Company
from schemas.ids import alert_id, customer_id
from schemas.source import Input, Source
from sinks.clickhouse import Address, ClickHouseSink, Reader, connect, refresh_rollups
from streams.across.ask import ledger, newest
from streams.across.evaluate import Evaluator, Verdict
from streams.config import shipped
from tests.integration.published import DAY, MARCH, alert, eid, entry, journey

pytestmark = pytest.mark.server

HOUR = DAY // 24
RULES = ("perception_gap", "source_silent", "unheard_theme")
CRM = Source(source="crm", department="sales", input=Input(format="cloudevents", topic="crm"), quiet="2h")
COMPANY = Company(company="Example", timezone="Europe/Berlin", across=shipped()["across"], sources=(CRM,))
STATES = "SELECT toString(rule), toString(change), toString(status), version, historical FROM alert_changes ORDER BY version"


class World:
    """The tables, and an evaluator that lives for one evaluation: whatever it knows it has read."""

    def __init__(self, address: Address, sink: ClickHouseSink) -> None:
        self.address, self.sink, self.company = address, sink, COMPANY
        self.batches = 0

    def write(self, *messages: Any) -> None:
        self.batches += 1
        self.sink.write(f"batch {self.batches}", messages)

    def ask(self, now: int, rule: str, publish: Callable[[str, Sequence[Alert]], Any] | None = None) -> Verdict:
        with Reader(self.address) as reader:
            (verdict,) = Evaluator(self.company, reader, publish or self.sink.write).evaluate(now, [rule])
        return verdict

    def alerts(self, *rules: str) -> list[Alert]:
        with Reader(self.address) as reader:
            return list(ledger(reader, rules).values())


@pytest.fixture
def world(address: Address, sink: ClickHouseSink) -> World:
    return World(address, sink)


def said(verdict: Verdict) -> list[tuple[Any, ...]]:
    return [(a.change, a.key, a.starts_at, a.ends_at, a.occurrences, a.version) for a in verdict.changes]


def ticket(number: int, hours: float, **fields: Any) -> Any:
    at = MARCH + int(hours * HOUR)
    known = {"type": "ticket.opened", "department": "service", "attributes": {"product": "lamp"}, "ids": (f"email:{number}",)}
    return entry(f"ticket {number} {hours}", at=at, recorded_at=at, **known | fields)


def test_an_unheard_theme_opens_grows_and_ends_when_engineering_answers(world):
    world.write(*(ticket(number, number) for number in range(1, 6)), ticket(9, 1, ids=("email:1",)))
    verdict = world.ask(MARCH + DAY, "unheard_theme")
    expected = Alert(
        alert_id=alert_id("unheard_theme", ("product", "lamp"), str(MARCH + 5 * HOUR)),
        rule="unheard_theme",
        rule_version=verdict.changes[0].rule_version,
        status="open",
        level="broken",
        severity="high",
        customer_id=None,
        matter="",
        journey="",
        key=("product", "lamp"),
        responsible="engineering",
        departments=("service",),
        starts_at=MARCH + 5 * HOUR,
        occurrences=5,
        title="Many customers report the same thing, and engineering has not answered",
        summary="5 customers within 14 days report the product lamp; engineering has not answered since 1 March 2026 06:00.",
        evidence=tuple(
            Evidence(eid(f"ticket {number} {number}"), MARCH + number * HOUR, "ticket.opened", "service") for number in range(1, 6)
        ),
        changed_at=MARCH + DAY,
        version=1,
    )
    expected = replace(expected, evidence=(verdict.changes[0].evidence[0], *expected.evidence[1:]))  # two of one customer at one instant
    assert verdict == Verdict("unheard_theme", 1, (expected,), 1, 5)
    assert world.alerts("unheard_theme") == [expected]
    assert world.ask(MARCH + DAY + 1, "unheard_theme").changes == ()

    world.write(ticket(6, 25))
    assert said(world.ask(MARCH + 2 * DAY, "unheard_theme")) == [("updated", ("product", "lamp"), MARCH + 5 * HOUR, None, 6, 2)]
    world.write(ticket(6, 49, type="escalation.answered", department="engineering"))
    assert said(world.ask(MARCH + 3 * DAY, "unheard_theme")) == [("resolved", ("product", "lamp"), MARCH + 5 * HOUR, MARCH + 3 * DAY, 6, 3)]
    assert world.ask(MARCH + 30 * DAY, "unheard_theme").changes == ()


def test_an_answer_that_was_late_on_its_way_withdraws_it(world):
    world.write(*(ticket(number, number) for number in range(1, 6)))
    world.ask(MARCH + DAY, "unheard_theme")
    world.write(ticket(6, 4.5, type="escalation.answered", department="engineering"))
    assert said(world.ask(MARCH + 2 * DAY, "unheard_theme")) == [("withdrawn", ("product", "lamp"), MARCH + 5 * HOUR, None, 5, 2)]
    assert [(a.status, a.cause) for a in world.alerts("unheard_theme")] == [("withdrawn", "late_event")]


def lead(number: int, hours: float) -> Any:
    return ticket(number, hours, type="lead.created", source="crm", department="sales")


def test_an_outage_of_the_crm_is_one_alert_from_its_silence_to_its_return(world):
    world.write(*(lead(number, number / 10) for number in range(11)))
    assert world.ask(MARCH + 3 * HOUR - 1, "source_silent").changes == ()
    for hours in (3, 3.5, 6, 8.9):
        world.ask(MARCH + int(hours * HOUR), "source_silent")
    world.write(*(replaced(lead(number, 2 + number / 10), MARCH + 9 * HOUR) for number in range(11, 14)))  # the backlog
    for hours in (9, 9.5, 10):
        world.ask(MARCH + int(hours * HOUR), "source_silent")
    with Reader(world.address) as reader:
        assert list(reader.query(STATES).rows) == [
            ("source_silent", "opened", "open", 1, False),
            ("source_silent", "resolved", "resolved", 2, False),
        ]
    (found,) = world.alerts("source_silent")
    assert (found.starts_at, found.ends_at, found.responsible, found.departments) == (MARCH + 3 * HOUR, MARCH + 9 * HOUR, "", ("sales",))
    assert found.summary == "crm has reported nothing since 1 March 2026 02:00."


def beat(minutes: int) -> Any:
    return ticket(0, minutes / 60, type="source.heartbeat", source="crm", department="sales", ids=("source:crm",))


def replaced(row: Any, recorded_at: int) -> Any:
    return replace(row, touchpoint=replace(row.touchpoint, recorded_at=recorded_at))


def refreshed(world: World) -> None:
    client = connect(world.address)
    refresh_rollups(client, world.address.database)
    client.disconnect()


def closed(number: int, type: str, hours: float, **fields: Any) -> Any:
    return ticket(number, hours, type=type, refs={"ticket": (str(number),)}, attributes={}, **fields)


def test_a_department_that_was_late_by_its_own_account_has_no_gap_of_perception(world):
    world.write(
        *(closed(number, "ticket.resolved", 24) for number in range(30)),
        *(closed(number, "ticket.reopened", 30) for number in range(10)),
    )
    refreshed(world)
    verdict = world.ask(MARCH + 4 * DAY, "perception_gap")
    assert said(verdict) == [("opened", ("service",), MARCH + DAY, None, 10, 1)]
    assert verdict.changes[0].summary == (
        "service closed 100 % of 30 journeys of 28 days in time by its own account; 67 % of the customers left it at that."
    )
    late = [
        alert(str(number), customer_id=customer_id(f"email:{number}"), matter=f"ticket:{number}", responsible="service", starts_at=MARCH)
        for number in range(10)
    ]
    tickets = [
        journey(str(number), kind="ticket", journey_id=eid(f"journey {number}"), customer_id=customer_id(f"email:{number}"),
                matter=f"ticket:{number}", ref=f"ticket:{number}")
        for number in range(10)
    ]  # fmt: skip
    world.write(*late, *tickets)
    refreshed(world)
    assert said(world.ask(MARCH + 5 * DAY, "perception_gap")) == [("withdrawn", ("service",), MARCH + DAY, None, 10, 2)]


def test_a_silence_that_late_heartbeats_fill_is_withdrawn_although_it_was_over(world):
    beats = [beat(minutes) for minutes in range(0, 121, 10)]
    world.write(*beats[:4], *beats[6:])  # two were late on their way
    verdict = world.ask(MARCH + 2 * HOUR, "source_silent")
    assert said(verdict) == [("resolved", ("crm",), MARCH + HOUR * 45 // 60, MARCH + HOUR, 1, 1)]
    world.write(*beats[4:6])
    assert said(world.ask(MARCH + 2 * HOUR + 1, "source_silent")) == [("withdrawn", ("crm",), MARCH + HOUR * 45 // 60, MARCH + HOUR, 1, 2)]
    assert [(a.status, a.cause) for a in world.alerts("source_silent")] == [("withdrawn", "late_event")]


def test_a_crash_between_asking_and_writing_repeats_the_same_ids_and_versions(world):
    world.write(*(ticket(number, number) for number in range(1, 6)))
    lost: list[Alert] = []
    world.ask(MARCH + DAY, "unheard_theme", lambda _token, alerts: lost.extend(alerts))
    assert world.alerts("unheard_theme") == []
    assert world.ask(MARCH + DAY, "unheard_theme").changes == tuple(lost)
    assert world.alerts("unheard_theme") == lost


def test_what_was_published_and_is_not_written_yet_is_not_published_again(world):
    world.write(*(ticket(number, number) for number in range(1, 6)))
    sent: list[Alert] = []
    with Reader(world.address) as reader:
        slow = Evaluator(COMPANY, reader, lambda _token, alerts: sent.extend(alerts))
        for minute in range(3):
            slow.evaluate(MARCH + DAY + minute * HOUR // 60, ["unheard_theme"])
        assert [a.version for a in sent] == [1]
        world.write(*sent)
        assert slow.evaluate(MARCH + 2 * DAY, ["unheard_theme"])[0].changes == ()


def test_two_at_once_publish_one_alert(world):
    world.write(*(ticket(number, number) for number in range(1, 6)))
    both: list[Alert] = []
    for _ in range(2):
        world.ask(MARCH + DAY, "unheard_theme", lambda _token, alerts: both.extend(alerts))
    assert both[0] == both[1]
    world.write(*both)
    assert world.alerts("unheard_theme") == both[:1]


def test_a_rule_that_is_switched_off_takes_its_alerts_back(world):
    world.write(*(ticket(number, number) for number in range(1, 6)))
    world.ask(MARCH + DAY, "unheard_theme")
    off = {name: rule.model_copy(update={"enabled": False}) for name, rule in COMPANY.across.items()}
    world.company = COMPANY.model_copy(update={"across": off})
    world.ask(MARCH + 2 * DAY, "unheard_theme")
    assert [(a.status, a.cause) for a in world.alerts("unheard_theme")] == [("withdrawn", "rule_change")]


def test_time_does_not_go_back(world):
    world.write(*(ticket(number, number) for number in range(1, 6)))
    world.ask(MARCH + DAY, "unheard_theme")
    assert world.ask(MARCH, "unheard_theme") == Verdict(
        "unheard_theme", problem="its alerts are of a later instant than this one; time does not go back"
    )


def own(query: str) -> Company:
    rule = AcrossRule(title="Own", key=("key",), query=query, summary={"en": "It is so."})
    return COMPANY.model_copy(update={"across": {"own": rule}})


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("SELECT {now:DateTime64(6, 'UTC')} AS starts_at, 1 AS kee", "across.own: the query has no column key; did you mean kee?"),
        ("INSERT INTO alert_versions (rule) SELECT '{now:String}'", "readonly mode"),
        ("SELECT {now:DateTime64(6, 'UTC')} AS starts_at, number AS key FROM numbers(2000)", "Limit for result exceeded"),
        ("SELECT {now:DateTime64(6, 'UTC')} AS starts_at, length(groupArray(number)) AS key FROM numbers(1000000000)", "memory limit"),
    ],
)
def test_a_query_that_is_no_rule_changes_nothing_and_says_why(world, query, problem):
    world.company = own(query)
    verdict = world.ask(MARCH, "own")
    assert (verdict.findings, verdict.changes) == (0, ())
    assert problem in verdict.problem
    assert world.alerts("own") == []


def test_a_budget_counts_what_began_in_a_month(world):
    rule = AcrossRule(
        title="Own", key=("key",), summary={"en": "It is so."}, budget=1,
        query="SELECT {now:DateTime64(6, 'UTC')} - toIntervalDay(number * 20) AS starts_at, {now:DateTime64(6, 'UTC')} AS ends_at, "
              "number AS key FROM numbers(3)",
    )  # fmt: skip
    world.company = COMPANY.model_copy(update={"across": {"own": rule}})
    verdict = world.ask(MARCH, "own")
    assert (verdict.findings, verdict.opened, verdict.within_budget) == (3, 2, False)


def test_the_newest_event_of_a_customer_is_the_end(world):
    with Reader(world.address) as reader:
        assert newest(reader) == 0
    said = ticket(3, 7, type="alert.silenced", source="commands", department="wall", ids=("source:commands",))
    world.write(ticket(1, 5), ticket(2, 3), said, ticket(4, 8, attributes={"canary": "true"}))
    with Reader(changed(world.address)) as reader:
        assert newest(reader) == MARCH + 5 * HOUR
