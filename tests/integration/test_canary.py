"""A synthetic customer on real servers: the alert comes, and where something stands still the canary says where."""

import json
import os
import shutil
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from schemas.topics import Topics
from tests.servers.installation import Installation, closing, with_topics
from tests.servers.kafka import kafka
from tests.suite.commands import PATIENCE, command

pytestmark = pytest.mark.server

COMPANY = Path(__file__).parents[2] / "streams" / "demo" / "company"
SOURCES = ("crm", "desk", "logistics", "shop", "web")


@pytest.fixture(scope="module")
def installation(clickhouse, tmp_path_factory):
    """The simulated company with nobody in it; one worker and one sink."""
    folder = tmp_path_factory.mktemp("canary")
    shutil.copytree(COMPANY, folder / "demo")
    for file in (folder / "demo" / "sources").glob("*.yaml"):
        if file.stem not in SOURCES:
            file.unlink()
    name = f"canary-{os.getpid()}"
    with kafka(folder / "kafka") as broker:
        company = with_topics(folder / "demo" / "redthread.yaml", folder / "company", name)
        address = replace(clickhouse, database=name.replace("-", "_"))
        with closing(Installation([broker], address, folder / "run", company, Topics(name, 2, 1), "a secret for tests")) as running:
            running.create()
            running.start_worker("worker-0", "--session-timeout", "6")
            running.start_sink("sink-0")
            yield running


def canary(installation, *words):
    return subprocess.run(
        command("canary", "--company", installation.company, *words),
        env=installation.environment, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip


def test_the_alerts_of_every_source_arrive(installation):
    done = canary(installation, "--within", "60s", "--json")
    assert done.returncode == 0, done.stdout + done.stderr + installation.log("worker-0")
    told = {(one["source"], one["story"]): one for one in json.loads(done.stdout)["arrived"]}
    rules = {key: sorted(one["alerts"]) for key, one in told.items()}
    assert {key: rules[key] for key in rules if key[0] != "logistics"} == {
        ("crm", "question"): ["silence"],
        ("desk", "ping-pong"): ["ping_pong"],
        ("desk", "question"): ["silence"],
        ("shop", "ping-pong"): ["ping_pong"],
        ("shop", "question"): ["silence"],
        ("web", "question"): ["silence"],
    }
    assert rules["logistics", "parcel.handed_over"] == ["stuck_order"]
    assert all(one["arrived"] and 0 <= one["seconds"]["timeline"] <= 60 and 0 <= one["seconds"]["alert"] <= 60 for one in told.values())


def test_canaries_can_be_told_from_customers(installation):
    from sinks.clickhouse import Reader

    assert canary(installation, "--source", "desk", "--within", "60s").returncode == 0
    with Reader(installation.clickhouse) as reader:
        alerts = set(reader.query("SELECT severity, startsWith(title, 'Canary: ') FROM alerts").rows)
        events = set(reader.query("SELECT attributes['canary'] FROM timeline").rows)
    assert (alerts, events) == ({("info", 1)}, {("true",)})


def test_without_a_worker_it_says_that_nobody_has_handled_the_record(installation):
    assert installation.kill("worker-0", signal.SIGTERM) == 0
    try:
        done = canary(installation, "--source", "desk", "--within", "5s")
        assert done.returncode == 1
        first, second = done.stderr.strip().splitlines()
        topic = next(topic for topic in installation.sources if topic.endswith(".desk"))
        for line, story in ((first, "ping-pong"), (second, "question")):
            assert line.startswith(f"✗ desk: {story} (canary-")
            assert f"it is on the topic ({topic}, partition " in line
            assert f"but no worker has handled it: the group {installation.topics.app} " in line
    finally:
        installation.start_worker("worker-0", "--session-timeout", "6")


def test_without_a_sink_it_says_that_the_timeline_does_not_know_it(installation):
    assert installation.kill("sink-0", signal.SIGTERM) == 0
    try:
        done = canary(installation, "--source", "shop", "--within", "25s", "--json")
        assert done.returncode == 1
        assert {one["why"] for one in json.loads(done.stdout)["arrived"]} == {
            "the workers have handled it, but it is not on the timeline: does redthread sink run?"
        }
    finally:
        installation.start_sink("sink-0")


def test_again_and_again_it_tells_prometheus(installation):
    from urllib.request import urlopen

    port = 19_000 + os.getpid() % 1_000
    words = command("canary", "--company", installation.company, "--source", "desk", "--every", "1s", "--metrics-port", str(port))
    process = subprocess.Popen(words, env=installation.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        limit, text = time.monotonic() + 60, ""
        while 'redthread_canary_last_success_timestamp_seconds{source="desk",story="question"}' not in text and time.monotonic() < limit:
            time.sleep(1)
            try:
                with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
                    text = answer.read().decode()
            except OSError:
                continue
        assert 'redthread_canary_delay_seconds{hop="alert",source="desk",story="ping-pong"}' in text
        assert 'redthread_canary_failures_total{source="desk",story="question"} 0.0' in text
    finally:
        process.terminate()
        assert process.wait(30) == 0
