"""The demo company, record by record in the order of arrival: every planted break and nothing else, embedded and on Kafka.

Its exports come in parts, each of them what had arrived by then, and all clocks are closed after each. So a source that is late or gone is
believed to be complete, halves of a customer are judged alone, and alarms are raised that must be taken back: what counts is the end. Alerts
of the meantime may differ from runner to runner, because on Kafka time also passes within a part.
"""

from pathlib import Path

import pytest

from sinks.clickhouse import Reader
from streams.cli.demo import compare
from streams.config import load
from streams.demo.generate import Generated, generate
from streams.demo.workdays import DAY, HOUR
from streams.demo.world import World
from streams.sources.normalise import Identifiers
from tests.suite.conftest import SECRET
from tests.suite.runners import Outcome, Runner, Way

pytestmark = pytest.mark.server

SMALL, WHOLE = (300, 60), (2_000, 90)
OFTEN = 20 * DAY  # parts of 30 days leave two alerts that a merge withdraws, and on Kafka a late event may be there before both
ACROSS = {"perception_gap": 2, "source_silent": 4, "unheard_theme": 3}  # asked of the tables, by the same runs
WITHDRAWN = "SELECT cause, count() FROM alerts WHERE status = 'withdrawn' AND rule != 'source_silent' AND level = 'broken' GROUP BY cause"


def company(folder: Path, customers: int, days: int, every: int) -> Generated:
    """In parts of so many seconds; one more begins in the middle of the outage."""
    world = World(1, customers, days)
    return generate(1, customers, days, folder, [*range(world.start + every, world.as_of, every), world.outage[1] - HOUR])


def assert_truth(outcome: Outcome, made: Generated) -> None:
    """Precision and recall 1.0, nobody split or joined, and not because nothing happened on the way."""
    with Reader(outcome.address) as reader:
        answer = compare(reader, Identifiers(load(made.company).company, SECRET.encode()), made)
    assert (answer.missing, answer.unexpected, answer.broken_near_misses, answer.split, answer.joined) == ((), (), (), (), ())
    assert (answer.precision, answer.recall) == (1.0, 1.0)
    assert {rule: answer.rules[rule].right for rule in ACROSS} == ACROSS
    causes = dict(outcome.query(WITHDRAWN))
    assert min(causes["identity_merge"], causes["late_event"]) >= 1


@pytest.mark.parametrize("name", ["embedded", "kafka"])
def test_a_small_company(name: str, request: pytest.FixtureRequest, tmp_path: Path):
    runner: Runner = request.getfixturevalue(f"{name}_runner")
    made = company(tmp_path, *SMALL, every=OFTEN)
    assert_truth(runner.run(made.company, made.parts, way=Way(tick_after_each=True)), made)


@pytest.mark.thorough
def test_the_whole_company(runner: Runner, tmp_path: Path):
    made = company(tmp_path, *WHOLE, every=10 * DAY)
    assert_truth(runner.run(made.company, made.parts, way=Way(tick_after_each=True)), made)
