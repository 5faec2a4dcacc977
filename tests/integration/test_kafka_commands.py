"""Commands that are sent to the workers: what is typed arrives in the topic, and ingest understands it."""

from pathlib import Path

import pytest

from schemas.command import commands_source
from schemas.identity import Arrived
from schemas.topics import PREFIX, Topics
from schemas.touchpoint import Origin
from sinks.clickhouse import EmbeddedServer
from streams.config import load
from streams.engine.edges import messages
from streams.sources.record import Record
from streams.stages.ingest import Ingest
from tests.cli.waiting import made, speaker
from tests.servers.kafka import kafka

pytestmark = pytest.mark.server


def test_what_is_typed_arrives_in_the_topic_of_the_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("REDTHREAD_KAFKA_REPLICATION", "1")
    (tmp_path / "kafka").mkdir()
    with kafka(tmp_path / "kafka") as broker, EmbeddedServer(tmp_path / "data" / "clickhouse"):
        speak = speaker(made(tmp_path))
        monkeypatch.setenv("REDTHREAD_KAFKA", broker)
        assert speak("topics", "create", data=False).exit_code == 0
        assert (
            speak("alerts", "silence", "--customer", "anna@example.org", "--until", "2d", "--by", "kim", "--kafka", broker).exit_code == 0
        )
        assert speak("identity", "link", "C-1", "77", "--by", "kim", "--yes", "--kafka", broker).exit_code == 0
        assert not (tmp_path / "data" / "commands.jsonl").exists()
        found = [message.value for message in messages(broker, Topics(PREFIX).commands, beginning=True)]
    ingest = Ingest(load(tmp_path / "redthread.yaml").company, b"key")
    outputs = [output for raw in found for output in ingest.ingest(commands_source(), Record(Origin(), raw))]
    assert all(isinstance(output.message, Arrived) for output in outputs)
    assert sorted((o.message.touchpoint.type, o.message.touchpoint.ids, o.message.touchpoint.agent) for o in outputs) == [
        ("alert.silenced", ("crm_id:C-1",), "kim"),
        ("identity.linked", ("crm_id:C-1", "loyalty:77"), "kim"),
    ]
