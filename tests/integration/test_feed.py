"""From topics into ClickHouse through kill -9, on real servers."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition

from schemas.envelope import seal
from schemas.ids import event_id
from schemas.timeline import TimelineEntry
from schemas.touchpoint import Touchpoint
from sinks.feed.pending import Pending, parse
from tests.servers.kafka import kafka

pytestmark = pytest.mark.server

PROCESS = Path(__file__).with_name("feed_process.py")
ROOT = Path(__file__).parents[2]
TOPIC, PARTITIONS, EVENTS, KILLS = "timeline", 4, 12_000, 50
START = 1_767_600_000_000_000


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    with kafka(tmp_path_factory.mktemp("kafka")) as found:
        yield found


def entry(number):
    id = event_id("shop", str(number))
    touchpoint = Touchpoint(
        event_id=id, type="page.viewed", at=START + number * 1_000_000, source="shop", department="online", ids=(f"cookie:{number % 97}",)
    )
    return TimelineEntry(touchpoint, 0, id)


def fill(broker, topic):
    admin = KafkaAdminClient(bootstrap_servers=broker)
    admin.create_topics({topic: {"num_partitions": PARTITIONS, "replication_factor": 1}})
    admin.close()
    producer = KafkaProducer(bootstrap_servers=broker)
    for number in range(EVENTS):
        _, value = seal(entry(number))
        producer.send(topic, value=value, partition=number % PARTITIONS)
        if number % 500 == 0:  # a tombstone and something foreign
            producer.send(topic, key=b"k", value=None, partition=number % PARTITIONS)
            producer.send(topic, value=b"{}", partition=number % PARTITIONS)
    producer.flush()
    producer.close()


def feed(broker, address, topic, die_after):
    settings = {
        "kafka": broker,
        "clickhouse": f"clickhouse://{address.user}:{address.password}@{address.host}:{address.port}/{address.database}",
        "group": f"sink-{topic}",
        "instance": "sink-0",
        "topics": [topic],
        "die_after": die_after,
    }
    return subprocess.run([sys.executable, str(PROCESS), json.dumps(settings)], cwd=ROOT, timeout=180, check=False).returncode


def test_killed_at_fifty_moments_nothing_is_lost_and_nothing_doubled(broker, address, client):
    fill(broker, TOPIC)
    chance = random.Random(7)
    killed = sum(feed(broker, address, TOPIC, chance.choice([1, 1, 2, 2, 3, 4, 5, 7])) != 0 for _ in range(KILLS))
    assert feed(broker, address, TOPIC, -1) == 0
    database = address.database
    assert client.execute(f"SELECT count(), uniqExact(event_id) FROM {database}.timeline_events") == [(EVENTS, EVENTS)]
    assert client.execute(f"SELECT count() FROM {database}.dead_letters") == [(EVENTS // 500,)]
    assert killed >= KILLS // 2, "a run may end before its moment comes"
    consumer = KafkaConsumer(bootstrap_servers=broker, group_id=f"sink-{TOPIC}")
    partitions = [TopicPartition(TOPIC, number) for number in range(PARTITIONS)]
    ends = consumer.end_offsets(partitions)
    assert {p: consumer.committed(p) for p in partitions} == ends
    consumer.close()


def test_what_stands_beside_an_offset_is_read_back_or_is_nobody_elses():
    assert parse(Pending(5, 9).text, 5) == Pending(5, 9)
    assert [parse(text, 5) for text in (None, "", "pending 4-9", "pending 5-3", "something")] == [None] * 5
    assert Pending(5, 9).token("t", 3) == "t:3:5-9"
