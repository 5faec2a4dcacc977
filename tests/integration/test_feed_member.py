"""What a member of a group makes of answers of the broker that come when nobody waits for them any more."""

import time

import pytest
from kafka import KafkaAdminClient
from kafka.errors import KafkaTimeoutError
from kafka.structs import MemberState, OffsetAndMetadata, TopicPartition

from sinks.feed import Member

pytestmark = pytest.mark.server

WITHIN = 60.0  # seconds; a member that forgets what it has begun never ends


def until_it_has(member: Member, partitions: int, poll: int) -> bool:
    """Poll until it has so many partitions."""
    until = time.monotonic() + WITHIN
    while len(member.assignment()) < partitions and time.monotonic() < until:
        member.poll(timeout_ms=poll)
    return len(member.assignment()) == partitions


# The leader rebalances because a topic has grown, while its polls are shorter than an answer takes.
@pytest.mark.parametrize("poll", [0, 1])
def test_a_rebalance_ends_however_short_the_polls_are(servers, poll):
    topic = f"growing-{poll}"
    admin = KafkaAdminClient(bootstrap_servers=servers)
    admin.create_topics({topic: {"num_partitions": 1, "replication_factor": 1}})
    member = Member(bootstrap_servers=servers, group_id=topic, group_instance_id="only", enable_auto_commit=False, metadata_max_age_ms=300)
    try:
        member.subscribe([topic])
        assert until_it_has(member, 1, poll)
        admin.create_partitions({topic: 3})
        assert until_it_has(member, 3, poll), member.group_metadata()
        assert member.group_metadata().state is MemberState.STABLE
    finally:
        member.close()
        admin.close()


def test_what_is_committed_is_asked_anew_although_an_earlier_answer_came_too_late(servers):
    topic, member = "asked-twice", Member(bootstrap_servers=servers, group_id="asked-twice", enable_auto_commit=False)
    partition = TopicPartition(topic, 0)
    admin = KafkaAdminClient(bootstrap_servers=servers)
    admin.create_topics({topic: {"num_partitions": 1, "replication_factor": 1}})
    try:
        member.assign([partition])
        member.commit({partition: OffsetAndMetadata(3, "", -1)})
        with pytest.raises(KafkaTimeoutError):
            member.committed(partition, timeout_ms=0)
        member.commit({partition: OffsetAndMetadata(7, "", -1)})
        assert member.committed(partition) == 7
    finally:
        member.close()
        admin.close()
