"""The commands that prepare and look into Kafka, on a real broker."""

import json
import time
from itertools import count

import pytest
from typer.testing import CliRunner

from schemas.alert import Alert
from schemas.envelope import seal
from schemas.topics import Topics
from streams.cli.main import app
from streams.engine.admin import TopicAdmin, faults
from streams.engine.edges import messages, sender

pytestmark = pytest.mark.server

NUMBERS = count(1)
COMPANY = """
company: Acme
pack: none
sources:
  - source: shop
    department: online
    input: {format: csv, files: "orders*.csv", topic: TOPIC}
    events: [{type: order.placed, time: at, identifiers: {email: mail}}]
"""
ORDERS = "at,mail\n2026-03-01T12:00:00Z,a@example.org\nbroken\n2026-03-02T12:00:00Z,b@example.org\n"


@pytest.fixture
def prefix():
    return f"t{time.time_ns()}-{next(NUMBERS)}"


@pytest.fixture
def redthread(servers, prefix):
    """Run a command of this installation."""

    def run(*words, partitions=2):
        environment = {
            "REDTHREAD_KAFKA": servers,
            "REDTHREAD_KAFKA_PREFIX": prefix,
            "REDTHREAD_KAFKA_PARTITIONS": str(partitions),
            "REDTHREAD_KAFKA_REPLICATION": "1",
        }
        return CliRunner(env=environment).invoke(app, words)

    return run


def test_topics_are_created_once_and_found_as_they_should_be(redthread, servers, prefix):
    assert redthread("topics", "check").exit_code == 1
    assert redthread("topics", "create").exit_code == 0
    assert redthread("topics", "create").exit_code == 0
    checked = redthread("topics", "check", "--json")
    assert (checked.exit_code, json.loads(checked.stdout)) == (0, {"faults": []})
    wanted = list(Topics(prefix, 2, 1).all())
    with TopicAdmin(servers) as admin:
        assert faults(wanted, admin.found(topic.name for topic in wanted)) == []


def test_another_number_of_partitions_is_refused(redthread):
    """Keys would be looked for where their states are not."""
    redthread("topics", "create")
    assert redthread("topics", "check", partitions=3).exit_code == 1
    refused = redthread("topics", "create", partitions=3)
    assert "has 2 partitions, not 3" in str(refused.exception)


def test_a_worker_does_not_start_without_its_topics(redthread, prefix, tmp_path):
    (tmp_path / "redthread.yaml").write_text(COMPANY.replace("TOPIC", f"{prefix}-orders"))
    refused = str(redthread("worker", "--company", str(tmp_path)).exception)
    assert f"{prefix}.identify.inbox.v1: does not exist" in refused
    assert f"{prefix}-orders: the topic of a source does not exist" in refused


def test_the_records_of_a_file_are_sent_as_objects_and_broken_lines_as_dead_letters(redthread, servers, prefix, tmp_path):
    (tmp_path / "redthread.yaml").write_text(COMPANY.replace("TOPIC", f"{prefix}.orders"))
    (tmp_path / "orders.csv").write_text(ORDERS)
    redthread("topics", "create")
    to = f"{prefix}.timeline.entries.v1"
    assert redthread("ingest", str(tmp_path / "orders.csv"), "--company", str(tmp_path), "--to", to).exit_code == 0
    assert sorted(message.value for message in messages(servers, to, beginning=True)) == [
        b'{"at":"2026-03-01T12:00:00Z","mail":"a@example.org"}',
        b'{"at":"2026-03-02T12:00:00Z","mail":"b@example.org"}',
    ]
    (dead,) = messages(servers, Topics(prefix).named("ingest.dead-letters"), beginning=True)
    assert json.loads(dead.value)["data"]["reason"] == "invalid_value"


def test_a_topic_can_be_looked_at(redthread, servers, prefix):
    redthread("topics", "create")
    alert = Alert(
        alert_id="a",
        rule="silence",
        rule_version="1",
        status="open",
        level="broken",
        severity="high",
        customer_id=None,
        matter="",
        journey="",
    )
    key, value = seal(alert)
    with sender(servers) as send:
        send(Topics(prefix).named("alerts.changes"), key=key, value=value, partition=0)
    (line,) = redthread("tail", "alerts.changes", "--beginning").stdout.splitlines()
    shown = json.loads(line)
    assert (shown["partition"], shown["offset"], shown["key"]) == (0, 0, "a")
    assert shown["value"] == json.loads(value)
    assert redthread("tail", f"{prefix}.nothing", "--beginning").stdout == ""
