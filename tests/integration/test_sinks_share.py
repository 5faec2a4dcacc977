"""Several sink processes on a real broker."""

import os
import time

import pytest
from kafka import KafkaAdminClient
from kafka.errors import CoordinatorNotAvailableError

from schemas.topics import Topics
from tests.integration.shop_company import write_company
from tests.servers.installation import Installation, closing

pytestmark = pytest.mark.server

WITHIN = 60.0  # seconds until both have their share


def shares(broker: str, group: str) -> list[set[str]]:
    """The topics of each member; of nobody as long as there is no group."""
    admin = KafkaAdminClient(bootstrap_servers=broker)
    try:
        found = admin.describe_groups([group])[group]
    except CoordinatorNotAvailableError:
        return []
    finally:
        admin.close()
    assignments = [member["member_assignment"] or {} for member in found["members"]]
    return [{part["topic"] for part in assignment.get("assigned_partitions", ())} for assignment in assignments]


def test_two_sinks_share_topics_of_one_partition(servers, address, tmp_path):
    company = write_company(tmp_path, "orders")
    topics = Topics(f"share-{os.getpid()}", 2, 1)
    (rows, written), (alerts, urgent) = topics.sinks.items()
    with closing(Installation([servers], address, tmp_path / "run", company, topics, "a secret for tests")) as running:
        running.create()
        running.start_sink("sink-0")
        running.start_sink("sink-1")
        until = time.monotonic() + WITHIN
        while sorted(map(len, shares(servers, rows))) != [2, 3] and time.monotonic() < until:
            time.sleep(0.5)
        first, second = shares(servers, rows)
        assert (first | second, first & second) == (set(written), set()), running.log("sink-0")
        assert {len(first), len(second)} == {2, 3}
        assert set.union(*shares(servers, alerts)) == set(urgent)
        assert running.stop() == {"sink-0": 0, "sink-1": 0}
