"""How one worker is set up, and how that is said to Faust."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.topics import LARGEST, Topics
from streams.engine.security import PLAINTEXT, Security

MAX_POLL_INTERVAL = 86_400.0  # seconds; with less a worker whose buffers are full leaves the group and never comes back


@dataclass(frozen=True)
class Worker:
    """Times are seconds."""

    servers: str  # host:port, host:port
    topics: Topics
    name: str  # stays the same across restarts: the place in the group is kept for it
    data: Path  # states, never shared by two workers
    security: Security = PLAINTEXT
    chunk: int = 500  # records that are worked on at once
    ticks: float = 8.0  # per second
    replay: bool = False  # time is event time, and alerts are historical
    as_of: int | None = None  # microseconds: where a replay closes its clocks; None: at the newest event
    standbys: int = 0  # further copies of every state, on other workers
    session: float = 60.0  # longer than a restart takes, so that a restart moves nothing
    heartbeat: float = 3.0
    rebalance: float = 120.0  # how long the worst chunk may take
    commit: float = 1.0

    def faust(self) -> Mapping[str, Any]:
        """The settings of the app; guides to each: Faust's own documentation, and why they are not the defaults: there, too."""
        return {
            "broker": [f"kafka://{server.strip()}" for server in self.servers.split(",")],
            "broker_credentials": self.security.credentials(),
            "store": "rocksdb://",
            "datadir": str(self.data),
            "version": 1,
            "web_enabled": False,
            "topic_partitions": self.topics.partitions,
            "topic_replication_factor": self.topics.replication,
            "topic_allow_declare": False,
            "topic_disable_leader": True,
            "consumer_group_instance_id": self.name,
            "consumer_auto_offset_reset": "earliest",
            "broker_session_timeout": self.session,
            "broker_heartbeat_interval": self.heartbeat,
            "broker_request_timeout": self.session + 30.0,
            "broker_rebalance_timeout": self.rebalance,
            "broker_max_poll_interval": MAX_POLL_INTERVAL,
            "broker_max_poll_records": 4 * self.chunk,
            "broker_commit_interval": self.commit,
            "stream_buffer_maxsize": 16,  # chunks
            "stream_wait_empty": True,
            "stream_recovery_delay": 0.0,
            "table_standby_replicas": self.standbys,
            "recovery_consistency_check": True,
            "producer_acks": -1,
            "producer_linger": 0.0,  # chunks are batches already
            "producer_max_batch_size": 900_000,
            "producer_max_request_size": LARGEST,
            "producer_request_timeout": 60.0,
            "processing_guarantee": "at_least_once",
            "web_tables_enabled": False,
            "web_router_enabled": False,
            "web_graph_enabled": False,
        }
