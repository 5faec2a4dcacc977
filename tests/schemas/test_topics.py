import pytest

from schemas.topics import KINDS, TABLES, Topics


def test_every_topic_of_an_installation_begins_with_its_prefix():
    topics = list(Topics("acme", 4, 1).all())
    assert all(topic.name.startswith("acme") for topic in topics)
    assert len({topic.name for topic in topics}) == len(KINDS) + len(TABLES)


def test_keys_find_their_partition_because_all_internal_topics_have_the_same_number():
    partitions = {topic.name: topic.partitions for topic in Topics(partitions=12).all() if not topic.public}
    single = {"redthread.time.reports.v1", "redthread-worker-time-changelog"}
    assert {name for name, count in partitions.items() if count == 1} == single
    assert {count for name, count in partitions.items() if name not in single} == {12}


@pytest.mark.parametrize(("ours", "public"), [(1, 1), (3, 1), (8, 2), (48, 12)])
def test_public_topics_have_a_quarter_of_the_partitions_because_sinks_write_in_large_batches(ours, public):
    alerts = Topics().public["alerts.changes"]
    assert {topic.partitions for topic in Topics(partitions=ours).all() if topic.public and topic.name != alerts} == {public}


def test_alerts_have_one_partition_because_each_is_written_at_once():
    assert Topics(partitions=48).partitions_of("alerts.changes") == 1


def test_only_states_are_compacted():
    """Of something published, an older version may come again behind a newer one, and compaction would keep that."""
    policies = {topic.name: topic.config["cleanup.policy"] for topic in Topics().all()}
    assert {name for name, policy in policies.items() if policy == "compact"} == {Topics().changelog(table) for table in TABLES}


def test_two_copies_must_confirm_a_write_where_there_are_two():
    assert {topic.config["min.insync.replicas"] for topic in Topics(replication=1).all()} == {"1"}
    assert {topic.config["min.insync.replicas"] for topic in Topics(replication=3).all()} == {"2"}


def test_topics_are_named_by_domain_kind_and_version():
    topics = Topics()
    assert (topics.identify, topics.customer, topics.time, topics.commands) == (
        "redthread.identify.inbox.v1",
        "redthread.customer.inbox.v1",
        "redthread.time.reports.v1",
        "redthread.commands.requests.v1",
    )
    assert topics.public == {
        "timeline.entries": "redthread.timeline.entries.v1",
        "identity.changes": "redthread.identity.changes.v1",
        "journeys.changes": "redthread.journeys.changes.v1",
        "alerts.changes": "redthread.alerts.changes.v1",
        "contact.policies": "redthread.contact.policies.v1",
        "ingest.dead-letters": "redthread.ingest.dead-letters.v1",
    }
    with pytest.raises(KeyError):
        topics.named("timeline.rows")


def test_the_groups_of_the_sinks_write_every_public_topic_once():
    topics = Topics("acme")
    names = [name for written in topics.sinks.values() for name in written]
    assert sorted(names) == sorted(topics.public.values())
    assert topics.sinks["acme-sink-alerts"] == ["acme.alerts.changes.v1"]
