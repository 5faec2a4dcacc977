"""The table of topics: what the broker is asked for."""

import pytest

from schemas.topics import Topics

TOPICS = Topics(prefix="acme", partitions=4, replication=3)
COMMON = {"min.insync.replicas": "2", "max.message.bytes": "8388608"}
A_WEEK, AN_HOUR, A_MONTH = "604800000", "3600000", "2592000000"
KEPT = {"cleanup.policy": "delete", "retention.ms": A_WEEK} | COMMON
COMPACTED = {
    "cleanup.policy": "compact",
    "min.cleanable.dirty.ratio": "0.1",
    "segment.ms": "600000",
    "segment.bytes": "67108864",
    "max.compaction.lag.ms": AN_HOUR,
    "delete.retention.ms": A_WEEK,
} | COMMON


def test_every_topic_has_its_partitions_and_says_how_long_it_keeps_what():
    assert [(topic.name, topic.partitions, topic.config, topic.public) for topic in TOPICS.all()] == [
        ("acme.identify.inbox.v1", 4, KEPT, False),
        ("acme.customer.inbox.v1", 4, KEPT, False),
        ("acme.time.reports.v1", 1, KEPT | {"retention.ms": AN_HOUR, "segment.ms": "600000"}, False),
        ("acme.timeline.entries.v1", 4, KEPT, True),
        ("acme.identity.changes.v1", 4, KEPT, True),
        ("acme.journeys.changes.v1", 4, KEPT, True),
        ("acme.alerts.changes.v1", 4, KEPT, True),
        ("acme.ingest.dead-letters.v1", 4, KEPT | {"retention.ms": A_MONTH}, True),
        ("acme-worker-identify-changelog", 4, COMPACTED, False),
        ("acme-worker-customer-changelog", 4, COMPACTED, False),
        ("acme-worker-time-changelog", 1, COMPACTED, False),
    ]


def test_one_replica_can_only_be_asked_to_be_in_sync_with_itself():
    assert {topic.config["min.insync.replicas"] for topic in Topics(replication=1).all()} == {"1"}


def test_topics_are_called_by_what_they_hold():
    assert (TOPICS.identify, TOPICS.customer, TOPICS.time, TOPICS.app) == (
        "acme.identify.inbox.v1",
        "acme.customer.inbox.v1",
        "acme.time.reports.v1",
        "acme-worker",
    )
    assert TOPICS.public == {
        "timeline.entries": "acme.timeline.entries.v1",
        "identity.changes": "acme.identity.changes.v1",
        "journeys.changes": "acme.journeys.changes.v1",
        "alerts.changes": "acme.alerts.changes.v1",
        "ingest.dead-letters": "acme.ingest.dead-letters.v1",
    }
    with pytest.raises(KeyError):
        TOPICS.named("timeline.entires")
