"""Tell the fixtures of rules across customers: events into an embedded ClickHouse, alerts out of it.

They are told in the language of every other fixture. The events are rows of the timeline, each under the customer of its strongest
identifier; at the end of a step the rule is asked as of `now`, and asked once more, which must change nothing.
"""

import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

from msgspec.structs import replace

from schemas.alert import Alert
from schemas.company import Company
from schemas.fixture import Arrival, Case, Common
from schemas.ids import customer_id, derived_id
from schemas.nearest import nearest
from schemas.source import Input, Source
from schemas.strict import InvalidConfiguration
from schemas.timeline import TimelineEntry
from schemas.touchpoint import Touchpoint
from sinks.clickhouse import Address, ClickHouseSink, EmbeddedServer, Reader, connect, migrate, refresh_rollups
from sinks.clickhouse.rollups import ROLLUPS
from streams.across.ask import ledger
from streams.across.evaluate import Evaluator, Verdict
from streams.config import catalogue
from streams.core.identity import IdentityRules
from streams.rulepack.compare import Story, differences
from streams.rulepack.events import Setting, touchpoint
from streams.rulepack.files import Told
from streams.rulepack.run import Result

ROLLED_UP = re.compile("|".join(name.removesuffix("_daily") for name in ROLLUPS))  # views that are computed every hour
FILLED = ("timeline_events", "commitment_events", "arrivals", "alert_versions", "alert_latest", "perception_gap_daily")


def check(company: Company, fixtures: Iterable[Told]) -> None:
    """Rules and event types that fixtures name have to exist, and nothing else than time decides: `InvalidConfiguration` otherwise."""
    known, problems = catalogue(company), list[str]()
    for told in fixtures:
        rule = told.fixture.rule
        if rule not in company.across:
            problems.append(
                f"{told.file}:{told.line('rule')}: rule: there is no rule {rule!r} across customers{nearest(rule, company.across)}"
            )
        for number, case in enumerate(told.fixture.cases):
            line = told.line("cases", number)
            for arrival in case.arrivals:
                if arrival.clocks:
                    problems.append(f"{told.file}:{line}: cases.{number}: clocks: a rule across customers reads none, only now")
                problems += [
                    f"{told.file}:{line}: cases.{number}: nobody reports {event.type!r}{nearest(event.type, known)}"
                    for event in arrival.events
                    if event.type not in known
                ]
    if problems:
        raise InvalidConfiguration(problems)


def run(company: Company, fixtures: Iterable[Told]) -> tuple[Result, ...]:
    """Every story of every fixture of an enabled rule, on a server of its own that ends with it."""
    fixtures = tuple(fixtures)
    check(company, fixtures)
    chosen = [told for told in fixtures if company.across[told.fixture.rule].enabled]
    if not chosen:
        return ()
    with stage() as bench:
        return tuple(result for told in chosen for result in bench.tell(company, told))


@contextmanager
def stage() -> Iterator["Bench"]:
    """An empty ClickHouse."""
    with ExitStack() as stack:
        address = stack.enter_context(EmbeddedServer(Path(stack.enter_context(tempfile.TemporaryDirectory()))))
        bench = Bench(address)
        stack.callback(bench.close)
        yield bench


class Bench:
    """Tells one story after the other, each on empty tables."""

    def __init__(self, address: Address) -> None:
        self._address, self._client = address, connect(address)
        migrate(self._client, address.database)
        self._reader, self._sink = Reader(address), ClickHouseSink(address)
        self._batches = count(1)

    def close(self) -> None:
        self._reader.close()
        self._sink.close()
        self._client.disconnect()

    def tell(self, company: Company, told: Told) -> Iterator[Result]:
        """The stories of one fixture."""
        fixture = told.fixture
        company = company.model_copy(update={"sources": tuple(_live(name, quiet) for name, quiet in fixture.sources.items())})
        empty = Setting("", company.timezone, Common(), IdentityRules.of(company), catalogue(company))
        for number, case in enumerate(fixture.cases):
            found = tuple(self._case(company, fixture.rule, case, empty.of(fixture, case)))
            yield Result(told.file, told.line("cases", number) if found else 0, fixture.rule, case.name, found)

    def _case(self, company: Company, rule: str, case: Case, setting: Setting) -> Iterator[str]:
        for table in FILLED:
            self._client.execute(f"TRUNCATE TABLE {self._address.database}.{table}")
        evaluator = Evaluator(company, self._reader, self._write)
        names: dict[str, str] = {}  # event id -> as the story calls it
        customers: dict[str, str] = {}
        now = 0
        for step, arrival in enumerate(case.arrivals, 1):
            arrived = [touchpoint(event, len(names) + place, setting) for place, event in enumerate(arrival.events, 1)]
            names |= {_event_id(t): t.event_id for t in arrived}
            customers |= {customer_id(t.ids[0]): t.ids[0] for t in arrived}
            now = max([now, *(t.at for t in arrived)]) if arrival.now is None else setting.at(arrival.now)
            self._write("events", [_entry(t) for t in arrived])
            if ROLLED_UP.search(company.across[rule].query):  # they cost more than everything else
                refresh_rollups(self._client, self._address.database)
            where = f"step {step}: " if case.steps else ""
            lines = self._asked(evaluator, rule, now, arrival, (names, Story(setting, customers)))
            yield from (where + line for line in lines)

    def _asked(self, evaluator: Evaluator, rule: str, now: int, arrival: Arrival, told: tuple[dict[str, str], Story]) -> Iterator[str]:
        names, story = told
        (verdict,), (again,) = evaluator.evaluate(now, [rule]), evaluator.evaluate(now, [rule])
        yield from (problem for problem in (verdict.problem,) if problem)
        yield from _said(again)
        table = [_renamed(alert, names) for alert in ledger(self._reader, [rule]).values()]
        yield from differences(arrival.alerts, table, rule, story)

    def _write(self, token: str, messages: Iterable[TimelineEntry | Alert]) -> None:
        self._sink.write(f"{next(self._batches)}:{token}", messages)


def _said(again: Verdict) -> Iterator[str]:
    """Asked again, a rule has nothing to add."""
    yield from (f"asked again, it says: {alert.change} {', '.join(alert.key)}" for alert in again.changes)


def _live(name: str, quiet: str) -> Source:
    return Source(source=name, department="service", input=Input(format="cloudevents", topic=name), quiet=quiet)


def _event_id(told: Touchpoint) -> str:
    return derived_id("story", told.event_id)


def _entry(told: Touchpoint) -> TimelineEntry:
    return TimelineEntry(replace(told, event_id=_event_id(told)), 0, customer_id(told.ids[0]))


def _renamed(alert: Alert, names: dict[str, str]) -> Alert:
    return replace(alert, evidence=tuple(replace(item, event_id=names.get(item.event_id, item.event_id)) for item in alert.evidence))
