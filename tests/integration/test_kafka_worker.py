"""The stages on real Kafka end where the embedded engine does, whatever happens to the workers."""

import signal
import time
from itertools import count
from pathlib import Path

import pytest

from schemas.clock import Clock
from streams.demo.generate import generate
from tests.integration.kafka_world import World, difference, world
from tests.servers.kafka import kafka

pytestmark = pytest.mark.server

DAY = 86_400_000_000
NUMBERS = count(1)


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    with kafka(tmp_path_factory.mktemp("kafka")) as address:
        yield address


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A simulated company of five departments: eleven sources in five formats, families that merge, every shipped rule."""
    return generate(3, 400, 60, tmp_path_factory.mktemp("demo"))


@pytest.fixture
def company(servers, demo, tmp_path):
    with world(servers, tmp_path, demo.company, f"t{time.time_ns()}-{next(NUMBERS)}") as made:
        yield made


SOME = ("shop", "desk", "crm", "crm-contacts", "logistics")  # enough for a test that is about something else


def now() -> Clock:
    """Every deadline of the data is long past."""
    return Clock(time.time_ns() // 1000)


def test_a_worker_publishes_what_the_embedded_engine_does(company: World, demo):
    company.feed(demo.exports)
    expected = company.expected(now())
    company.start()
    assert difference(company.reaches(expected), expected) == {}
    assert company.kill(how=signal.SIGTERM) == 0


def test_a_replay_is_judged_by_the_time_of_its_events(company: World, demo):
    """The clock that the last event leaves behind, exactly: deadlines after it have not passed."""
    company.feed(demo.exports, only=SOME)
    expected = company.expected(Clock(company.newest()))
    company.start("w0", "--replay")
    assert difference(company.reaches(expected), expected) == {}
    assert all(alert.historical for alert in company.published_alerts())


def test_workers_that_are_killed_at_any_moment_change_nothing(company: World, demo):
    company.feed(demo.exports, only=SOME)
    company.feed(demo.exports, only=("desk",), share=(0, 5))  # a fifth of one source comes twice
    expected = company.expected(now())
    for again in range(4):
        company.start()
        company.works(0.7 + again)
        company.kill()
    company.start()
    assert difference(company.reaches(expected), expected) == {}
    assert company.is_committed()


def test_workers_that_come_and_go_share_the_work(company: World, demo):
    company.feed(demo.exports, only=SOME, share=(0, 2))
    company.start("w0")
    company.works(1.0)
    company.start("w1")
    company.feed(demo.exports, only=SOME, share=(1, 2))
    company.works(2.0)
    assert company.kill("w0", signal.SIGTERM) == 0
    company.start("w0")
    company.works(1.0)
    company.kill("w1")  # its partitions go to the other one when its session has ended
    expected = company.expected(now())
    assert difference(company.reaches(expected), expected) == {}
