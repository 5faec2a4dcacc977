"""History replayed by real workers, then live: people hear of what broke since then, once, and the end is that of one long run."""

import signal
import time
from collections import defaultdict

import pytest

from schemas.clock import Clock
from tests.integration.kafka_world import SOME, World, world
from tests.integration.outcomes import difference

pytestmark = pytest.mark.server

DAY = 86_400_000_000
WORKERS = ("w0", "w1")


@pytest.fixture
def part(servers, demo, tmp_path):
    with world(servers, tmp_path, demo.company, f"live{time.time_ns()}", only=SOME) as made:
        yield made


def is_over(part: World) -> bool:
    """Whoever keeps the time says so: what is sent before that is history too."""
    limit = time.monotonic() + 20
    while not any('"replay is over"' in part.log(name) for name in WORKERS) and time.monotonic() < limit:
        time.sleep(0.2)
    return time.monotonic() < limit


def test_going_live_after_a_replay_tells_of_everything_new_once(part: World, demo):
    border = demo.as_of - 20 * DAY
    part.feed(demo.exports, of=lambda at: at <= border)
    closed = part.newest()
    replayed = part.expected(Clock(closed))
    for name in WORKERS:
        part.start(name, "--replay")
    assert difference(part.reaches(replayed), replayed) == {}
    assert is_over(part)
    assert [part.kill(name, signal.SIGTERM) for name in WORKERS] == [0, 0]
    past = part.published_alerts()
    assert all(alert.historical for alert in past)

    part.feed(demo.exports, of=lambda at: at > border)
    expected = part.expected(Clock(time.time_ns() // 1000))  # one run over everything; every deadline is long past
    for name in WORKERS:
        part.start(name)
    assert difference(part.reaches(expected), expected) == {}

    changes = part.published_alerts()[len(past) :]
    told = defaultdict(list)
    for alert in changes:
        if not alert.historical:
            told[alert.alert_id].append(alert.change)
    known = {alert.alert_id for alert in past}
    new = {key for key, alert in expected.alerts.items() if key not in known and alert.starts_at > closed}
    assert len(new) > 20
    assert [(expected.alerts[key].rule, [c.change for c in changes if c.alert_id == key]) for key in new - told.keys()] == []
    assert all(said[0] in ("opened", "held", "resolved") for said in told.values())
    assert all(told[key].count("opened") <= 1 + told[key].count("resolved") for key in told)
    again = {alert.alert_id for alert in changes if alert.alert_id in known and not alert.historical}
    assert all(expected.alerts[key].occurrences > 1 or expected.alerts[key].starts_at > closed for key in again & expected.alerts.keys())
    ended = [alert for alert in changes if alert.alert_id in known - again and alert.change == "resolved"]
    assert ended
    assert all(alert.historical for alert in ended)

    assert [part.kill(name, signal.SIGTERM) for name in WORKERS] == [0, 0]
    assert part.start("w2", "--replay").wait(60) == 1
    assert "start every worker without --replay" in part.log("w2")
