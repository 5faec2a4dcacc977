"""Run fixtures: each story through the stages that also run in production, and its alerts against what the author expects.

A story is told twice: as written, and with the events of each step arriving in the opposite order. What the table of alerts says must
not depend on it.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from schemas.clock import Clock
from schemas.company import Company
from schemas.fixture import Arrival, Case, Common
from schemas.ids import customer_id
from schemas.nearest import nearest
from schemas.strict import InvalidConfiguration
from schemas.touchpoint import Touchpoint
from streams.config import catalogue
from streams.core.identity import IdentityRules
from streams.rulepack.bench import stages_for
from streams.rulepack.compare import Story, differences
from streams.rulepack.events import Setting, touchpoint
from streams.rulepack.files import Told
from streams.rulepack.pipeline import Pipeline, Stages


class Result(NamedTuple):
    """What became of one story."""

    file: str
    line: int  # where the story begins; 0 when it went well, because finding it means parsing the file again
    rule: str
    case: str
    differs: tuple[str, ...]  # nothing: it went as the author expects

    @property
    def ok(self) -> bool:
        """Did it go as expected?"""
        return not self.differs


class Chapter(NamedTuple):
    """One step of a story, ready to be told."""

    touchpoints: tuple[Touchpoint, ...]
    clock: Clock
    arrival: Arrival


class Script(NamedTuple):
    """A story, ready to be told as often as there are variants of its rule."""

    rule: str
    case: Case
    story: Story
    chapters: tuple[Chapter, ...]


def run(company: Company, fixtures: Iterable[Told]) -> tuple[Result, ...]:
    """Every story of every fixture of an enabled rule; raises `InvalidConfiguration` for one that speaks of what does not exist."""
    fixtures = tuple(fixtures)
    check(company, fixtures)
    return tuple(result for told in fixtures if company.rules[told.fixture.rule].enabled for result in _run(company, told))


def check(company: Company, fixtures: Iterable[Told]) -> None:
    """Rules and event types that fixtures name have to exist; raises `InvalidConfiguration` with file, line and field."""
    known = catalogue(company)
    problems: list[str] = []
    for told in fixtures:
        rule = told.fixture.rule
        if rule not in company.rules:
            problems.append(f"{told.file}:{told.line('rule')}: rule: there is no rule {rule!r}{nearest(rule, company.rules)}")
        for where, name in _types(told):
            if name not in known:
                field = ".".join(str(step) for step in where)
                problems.append(f"{told.file}:{told.line(*where)}: {field}: nobody reports {name!r}{nearest(name, known)}")
    if problems:
        raise InvalidConfiguration(problems)


def _types(told: Told) -> Iterator[tuple[tuple[int | str, ...], str]]:
    for number, case in enumerate(told.fixture.cases):
        for step, arrival in enumerate(case.arrivals):
            inside = ("cases", number, "steps", step) if case.steps else ("cases", number)
            for place, event in enumerate(arrival.events):
                yield (*inside, "events", place, "type"), event.type


def _run(company: Company, told: Told) -> Iterator[Result]:
    stages = stages_for(company, told.fixture.rule)
    for number, script in enumerate(scripts(company, told)):
        found = tell(stages, script)
        if not found:
            found = tuple(f"when they arrive in the opposite order: {line}" for line in tell(stages, script, turned=True))
        yield Result(told.file, told.line("cases", number) if found else 0, script.rule, script.case.name, found)


def scripts(company: Company, told: Told) -> Iterator[Script]:
    """The stories of a fixture, ready to be told."""
    empty = Setting("", company.timezone, Common(), IdentityRules.of(company), catalogue(company))
    for case in told.fixture.cases:
        setting = empty.of(told.fixture, case)
        chapters = tuple(_chapters(case, setting))
        if any(_goes_back(earlier.clock, later.clock) for earlier, later in pairwise(chapters)):
            number = told.fixture.cases.index(case)
            raise InvalidConfiguration(
                [f"{told.file}:{told.line('cases', number)}: cases.{number}: now and clocks never go back from step to step"]
            )
        customers = {customer_id(i): i for chapter in chapters for t in chapter.touchpoints for i in t.ids}
        yield Script(told.fixture.rule, case, Story(setting, customers), chapters)


def _goes_back(earlier: Clock, later: Clock) -> bool:
    names = earlier.departments.keys() | later.departments.keys()
    return later.now < earlier.now or any(later.of([name]) < earlier.of([name]) for name in names)


def _chapters(case: Case, setting: Setting) -> Iterator[Chapter]:
    number, now = 0, 0
    for arrival in case.arrivals:
        touchpoints = tuple(touchpoint(event, number + place, setting) for place, event in enumerate(arrival.events, 1))
        number += len(touchpoints)
        now = max([now, *(t.at for t in touchpoints)]) if arrival.now is None else setting.at(arrival.now)
        yield Chapter(touchpoints, Clock(now, {name: setting.at(at) for name, at in arrival.clocks.items()}), arrival)


def tell(stages: Stages, script: Script, *, turned: bool = False) -> tuple[str, ...]:
    """What differs from what the story expects, step by step; nothing when all is well."""
    pipeline, found = Pipeline(stages), list[str]()
    for number, (touchpoints, clock, arrival) in enumerate(script.chapters, 1):
        for arriving in reversed(touchpoints) if turned else touchpoints:
            pipeline.arrive(arriving)
        pipeline.tick(clock)
        named = {script.rule, *(alert.rule for alert in arrival.alerts)}
        table = [alert for alert in pipeline.alerts.values() if alert.rule in named]
        where = f"step {number}: " if len(script.chapters) > 1 else ""
        found += [where + line for line in differences(arrival.alerts, table, script.rule, script.story)]
    return tuple(found)
