"""What can go wrong, one entry for each kind: a disaster takes the cluster and chance, and says what it did when it is over."""

import random
import signal
import time
from collections.abc import Callable, Mapping

from tests.chaos.cluster import SESSION, SPARE, Cluster

AWAY = (0.0, 5.0)  # seconds that a worker or sink is away
BROKER_AWAY = (0.5, 4.0)  # longer than the fence allows would end every worker each time, and nothing else would be seen
CLICKHOUSE_AWAY = (0.5, 8.0)
FROZEN = SESSION + 4.0  # seconds: its place in the group is gone
WHOLE_WITHIN = 60.0  # seconds until a broker has caught up

Disaster = Callable[[Cluster, random.Random], str]


def worker_killed(cluster: Cluster, chance: random.Random) -> str:
    """kill -9; its place is kept for it."""
    return _ended(cluster, chance, chance.choice(cluster.names("worker")), signal.SIGKILL)


def worker_restarted(cluster: Cluster, chance: random.Random) -> str:
    """As a deployment does it."""
    return _ended(cluster, chance, chance.choice(cluster.names("worker")), signal.SIGTERM)


def worker_replaced(cluster: Cluster, chance: random.Random) -> str:
    """kill -9, and away for so long that the others take over."""
    name = chance.choice(cluster.names("worker"))
    cluster.stop(name, signal.SIGKILL)
    time.sleep(SESSION + chance.uniform(1, 4))
    cluster.start(name)
    return name


def worker_frozen(cluster: Cluster, chance: random.Random) -> str:
    """SIGSTOP past its session timeout: others own its partitions when it wakes up."""
    name = chance.choice(cluster.names("worker"))
    cluster.supervise()
    ended = cluster.pause(name, FROZEN)
    cluster.supervise()
    return f"{name} {'ended itself' if ended else 'had nothing in work and joined again'}"


def worker_added_or_removed(cluster: Cluster, chance: random.Random) -> str:
    """The number of workers changes."""
    if SPARE in cluster.names("worker"):
        cluster.stop(SPARE, signal.SIGTERM)
        return f"{SPARE} removed"
    cluster.start(SPARE)
    return f"{SPARE} added"


def sink_killed(cluster: Cluster, chance: random.Random) -> str:
    """kill -9; what is pending stands beside its offsets."""
    return _ended(cluster, chance, chance.choice(cluster.names("sink")), signal.SIGKILL)


def clickhouse_killed(cluster: Cluster, chance: random.Random) -> str:
    """kill -9 of the server; the sinks wait."""
    cluster.clickhouse.kill()
    time.sleep(away := chance.uniform(*CLICKHOUSE_AWAY))
    cluster.clickhouse.ensure()
    return f"away for {away:.1f} s"


def broker_killed(cluster: Cluster, chance: random.Random) -> str:
    """kill -9 of the only broker, or of the one that leads."""
    limit = time.monotonic() + WHOLE_WITHIN
    while not cluster.is_whole():
        if time.monotonic() > limit:
            raise TimeoutError("a broker does not catch up")
        time.sleep(0.5)
    node = cluster.leader() or 1
    cluster.brokers[node].kill()
    time.sleep(away := chance.uniform(*BROKER_AWAY))
    cluster.brokers[node].start()
    return f"node {node} away for {away:.1f} s"


def worker_and_clickhouse_killed(cluster: Cluster, chance: random.Random) -> str:
    """Two at once."""
    name = chance.choice(cluster.names("worker"))
    cluster.stop(name, signal.SIGKILL)
    said = clickhouse_killed(cluster, chance)
    cluster.start(name)
    return f"{name}, ClickHouse {said}"


def everybody_killed(cluster: Cluster, chance: random.Random) -> str:
    """kill -9 of every worker and sink."""
    names = [*cluster.names("worker"), *cluster.names("sink")]
    for name in names:
        cluster.stop(name, signal.SIGKILL)
    for name in chance.sample(names, len(names)):
        cluster.start(name)
    return f"{len(names)} processes"


def _ended(cluster: Cluster, chance: random.Random, name: str, how: int) -> str:
    cluster.stop(name, how)
    time.sleep(chance.uniform(*AWAY))
    cluster.start(name)
    return name


# How often each happens, relative to the others. Those in the first round come once each, in any order, before chance decides.
DISASTERS: Mapping[str, tuple[Disaster, int]] = {
    "worker killed": (worker_killed, 5),
    "worker restarted": (worker_restarted, 2),
    "worker replaced": (worker_replaced, 1),
    "worker frozen": (worker_frozen, 2),
    "worker added or removed": (worker_added_or_removed, 2),
    "sink killed": (sink_killed, 5),
    "clickhouse killed": (clickhouse_killed, 4),
    "broker killed": (broker_killed, 3),
    "worker and clickhouse killed": (worker_and_clickhouse_killed, 1),
    "everybody killed": (everybody_killed, 1),
}
FIRST = ("worker killed", "worker frozen", "worker added or removed", "sink killed", "clickhouse killed", "broker killed")


def following(chance: random.Random) -> Callable[[], str]:
    """Names of disasters, one after the other, for ever."""
    first = chance.sample(FIRST, len(FIRST))
    weights = [weight for _, weight in DISASTERS.values()]
    return lambda: first.pop() if first else chance.choices(list(DISASTERS), weights)[0]
