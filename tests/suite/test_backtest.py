"""A back-test says what the running system says: the same alerts, by id, status and occurrences, for every rule alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from schemas.company import Company
from schemas.ids import customer_id, event_id
from schemas.timeline import TimelineEntry
from schemas.touchpoint import Touchpoint
from sinks.clickhouse import Address, ClickHouseSink, Reader, connect, migrate
from streams.backtest import timeline
from streams.backtest.files import over_files
from streams.backtest.trial import alone, trial_of, tried
from streams.bootstrap import inputs_of
from streams.config import load, shipped
from streams.core.calendar import instant, moment
from streams.core.shared_identifier import SHARED_IDENTIFIER
from streams.demo.generate import Generated, generate
from streams.newest import newest_touchpoint
from tests.suite.conftest import EXAMPLES, SECRET
from tests.suite.runners import Outcome, Runner

pytestmark = pytest.mark.server

Said = set[tuple[str, str, str, int]]  # rule, alert id, status, occurrences
LIVE = "SELECT toString(rule), toString(alert_id), toString(status), occurrences FROM alerts WHERE status != 'withdrawn'"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    """A small simulated company, with everything planted that can break."""
    return generate(3, 300, 60, tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def demo(runner: Runner, company: Generated) -> Outcome:
    return runner.run(company.company, [company.exports], moment(company.as_of).isoformat())


def live(outcome: Outcome) -> Said:
    others = {SHARED_IDENTIFIER, *shipped()["across"]}
    return {alert for alert in outcome.query(LIVE) if alert[0] not in others}


def one_by_one(outcome: Outcome, company: Company, now: datetime | None) -> Said:
    """What every rule says when it is tried alone."""
    said: Said = set()
    with Reader(outcome.address) as reader:
        end = now or newest_touchpoint(reader)
        assert end is not None
        for rule in [name for name, rule in company.rules.items() if rule.enabled]:
            trial = trial_of(alone(tried(company, [rule]), [rule]), instant(end))
            what = timeline.extent(reader, trial, company.matter, end)
            found = list(timeline.judged(reader, trial, what))
            assert sum(read for read, _ in found) == timeline.size(reader, what)
            said |= {(a.rule, a.alert_id, a.status, a.occurrences) for _, alerts in found for a in alerts if a.rule == rule}
    return said


@pytest.mark.data
def test_the_service_desk_over_the_timeline(bpic2013: Outcome):
    found = one_by_one(bpic2013, load(EXAMPLES / "bpic2013").company, None)
    assert found == live(bpic2013)
    assert len(found) == 1_177 + 575 + 1_695


def test_the_simulated_company_over_the_timeline(demo: Outcome, company: Generated):
    loaded = load(company.company).company
    found = one_by_one(demo, loaded, moment(company.as_of))
    assert found == live(demo)
    assert len({rule for rule, *_ in found}) > len(loaded.rules) // 2


def test_the_simulated_company_over_its_files(demo: Outcome, company: Generated):
    loaded = load(company.company).company
    inputs, _ = inputs_of(loaded, [company.exports])
    found = over_files(loaded, inputs, SECRET.encode(), -(1 << 60), company.as_of, lambda _position, _input: None)
    assert {(a.rule, a.alert_id, a.status, a.occurrences) for a in found.alerts if a.rule != SHARED_IDENTIFIER} == live(demo)
    with Reader(demo.address) as reader:
        assert found.activity == timeline.activity(reader, datetime(1970, 1, 1, tzinfo=UTC), moment(company.as_of))


def test_nothing_that_happened_later_is_known(demo: Outcome, company: Generated):
    loaded = load(company.company).company
    inputs, _ = inputs_of(loaded, [company.exports])
    earlier = moment(company.as_of) - timedelta(days=14)
    found = over_files(loaded, inputs, SECRET.encode(), -(1 << 60), instant(earlier), lambda _position, _input: None)
    of_files = {(a.rule, a.alert_id) for a in found.alerts if a.rule != SHARED_IDENTIFIER}
    of_timeline = {(rule, alert_id) for rule, alert_id, *_ in one_by_one(demo, loaded, earlier)}
    assert max(a.starts_at for a in found.alerts) <= instant(earlier)
    assert all(item.at <= instant(earlier) for a in found.alerts for item in a.evidence)
    # The timeline shows customers as known today, the files as known then: they differ where people were joined since.
    assert len(of_files ^ of_timeline) <= len(of_files) // 50


def test_touchpoints_come_back_as_they_went(server: Address):
    address = replace(server, database="lossless")
    with connect(address) as client:
        migrate(client, address.database)
    gone = Touchpoint(
        event_id=event_id("desk", "1"),
        type="ticket.assigned",
        at=1_767_225_600_123_456,
        source="desk",
        department="service",
        ids=("crm_id:1", "email:a"),
        refs={"ticket": ("9", "10"), "order": ("17",)},
        channel="phone",
        direction="inbound",
        team='returns "desk"',
        agent="Ünal\n",
        facts=("address", "number"),
        due_at=-1,
        attributes={
            "text": "5",
            "number": 5,
            "float": 5.0,
            "tiny": 1e-7,
            "yes": True,
            "no": False,
            "nothing": None,
            "empty": "",
            "true": "true",
        },
        seq=-3,
    )
    sink = ClickHouseSink(address)
    sink.write("1", [TimelineEntry(gone, 0, customer_id("crm_id:1"))])
    sink.close()
    with Reader(address) as reader:
        values = {"now": "2026-02-01 00:00:00.000000", "types": [gone.type], "kinds": []}
        (row,) = reader.query(timeline.ROWS, values).rows
    came = timeline.touchpoint_of(row)
    assert (row[0], came) == (customer_id("crm_id:1"), gone)
    assert [type(value) for value in came.attributes.values()] == [type(gone.attributes[name]) for name in came.attributes]
