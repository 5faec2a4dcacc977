"""The stages on real Kafka end where the embedded engine does, whatever happens to the workers."""

import json
import signal
import time
from itertools import count

import pytest

from schemas.clock import Clock
from streams.engine.faust.fence import EXIT_FENCED
from streams.engine.faust.lanes import EXIT_BRAKE
from tests.integration.kafka_world import SESSION, SOME, World, world
from tests.integration.outcomes import difference

pytestmark = pytest.mark.server

DAY = 86_400_000_000
NUMBERS = count(1)


@pytest.fixture
def company(servers, demo, tmp_path):
    with world(servers, tmp_path, demo.company, f"t{time.time_ns()}-{next(NUMBERS)}") as made:
        yield made


@pytest.fixture
def part(servers, demo, tmp_path):
    """Some sources of the company, enough for a test that is about something else."""
    with world(servers, tmp_path, demo.company, f"t{time.time_ns()}-{next(NUMBERS)}", only=SOME) as made:
        yield made


BINARY = [
    ("ce_specversion", b"1.0"),
    ("ce_id", b"b1"),
    ("ce_source", b"/shop"),
    ("ce_type", b"order.placed"),
    ("ce_time", b"2026-03-01T12:00:00Z"),
]
EVENT = (
    b'{"specversion":"1.0","id":"s1","source":"/shop","type":"order.placed","time":"2026-03-01T12:00:00Z",'
    b'"data":{"identifiers":{"email":"structured@example.org"}}}'
)


def now() -> Clock:
    """Every deadline of the data is long past."""
    return Clock(time.time_ns() // 1000)


def test_a_worker_publishes_what_the_embedded_engine_does(company: World, demo):
    company.feed(demo.exports, share=(0, 2))
    company.send("shop", b"no event", None, EVENT, headers=())
    company.send("shop", b'{"identifiers":{"email":"binary@example.org"}}', headers=BINARY)
    company.send("desk", b'{"before":null,"after":{"event":{}},"op":"c"}', b'{"before":{},"after":null,"op":"d"}')
    expected = company.expected(now())
    no_json = [letter for letter in expected.dead_letters.values() if (letter.reason, letter.source) == ("not_json", "shop")]
    assert len(no_json) >= 1
    company.start()
    assert difference(company.reaches(expected), expected) == {}
    health, metrics = company.health(), company.metrics()
    assert (health["live"], health["ready"]) == (True, True)
    assert f'redthread_records_total{{stage="ingest",topic="{company.prefix}-shop"}}' in metrics
    assert f'redthread_dead_letters_total{{reason="not_json",source="shop"}} {len(no_json)}.0' in metrics
    assert company.kill(how=signal.SIGTERM) == 0
    assert company.is_committed()


def test_a_replay_is_judged_by_the_time_of_its_events(part: World, demo):
    """The clock that the last event leaves behind, exactly: deadlines after it have not passed."""
    part.feed(demo.exports, share=(0, 3))
    expected = part.expected(Clock(part.newest()))
    part.start("w0", "--replay")
    assert difference(part.reaches(expected), expected) == {}
    assert all(alert.historical for alert in part.published_alerts())


def test_workers_that_are_killed_at_any_moment_change_nothing(part: World, demo):
    part.feed(demo.exports, share=(0, 2))
    part.feed(demo.exports, only=("desk",), share=(0, 10))  # a fifth of one source comes twice
    expected = part.expected(now())
    for again in range(4):
        part.start()
        part.works(again / 4)
        part.kill()
    part.start()
    assert difference(part.reaches(expected), expected) == {}
    assert part.is_committed()


def test_workers_that_come_and_go_share_the_work(part: World, demo):
    part.feed(demo.exports, share=(0, 4))
    part.start("w0")
    part.works(1.0)
    part.start("w1")
    part.feed(demo.exports, share=(1, 4))
    part.works(2.0)
    assert part.kill("w0", signal.SIGTERM) == 0
    part.start("w0")
    part.works(1.0)
    part.kill("w1")  # its partitions go to the other one when its session has ended
    expected = part.expected(now())
    assert difference(part.reaches(expected), expected) == {}


def test_the_brake_stops_a_worker_before_anything_is_acknowledged(part: World):
    part.send("shop", *[b"no event"] * 600)
    worker = part.start()
    assert worker.wait(30) == EXIT_BRAKE
    (pulled,) = [line for line in map(json.loads, part.log().splitlines()) if line["event"] == "the brake on dead letters was pulled"]
    assert (pulled["source"], pulled["dead_letters"], pulled["records"], pulled["reasons"]) == ("shop", 200, 200, {"not_json": 200})
    assert pulled["says"].endswith("Mend its source file and start again; --no-brake goes on all the same")
    assert (part.published(), part.is_committed(within=1.0)) == ([], False)
    expected = part.expected(now())
    assert len(expected.dead_letters) == 600
    part.start("w0", "--no-brake")
    assert difference(part.reaches(expected), expected) == {}
    assert part.is_committed()


def test_a_worker_that_was_paused_for_too_long_does_not_write_any_more(part: World, demo):
    """Its successor has taken over meanwhile, and a late record of its changelog would win."""
    part.feed(demo.exports, share=(0, 6))
    paused = part.start("w0")
    part.works(0.2)
    part.start("w1")
    part.works(1.0)
    paused.send_signal(signal.SIGSTOP)
    part.feed(demo.exports, share=(1, 6))
    time.sleep(SESSION + 2)
    paused.send_signal(signal.SIGCONT)
    assert paused.wait(20) == EXIT_FENCED
    expected = part.expected(now())
    assert difference(part.reaches(expected), expected) == {}
