"""Is everything as if nothing had happened?

*Must be equal*: every row of the timeline, customers, journeys, alerts that hold, dead letters, and where every record has gone: duplicates
and conflicts too. Records and published messages are committed to the last one. The version of a family never goes back in its
changelog, no alert or journey gets a version that is lower than one it had, unless it repeats a message, which then says the same, and
every alert that is served has the highest version that was ever published.

*May differ*: how an alert came to be what it is. Which ticks fell between which records decides what was raised and taken back on the way,
so alerts that were withdrawn, versions, and causes are those of one run.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from schemas.codec import decoder, encode
from schemas.envelope import opened
from schemas.state import FamilyState
from sinks.clickhouse import Address, connect
from sinks.clickhouse.export import EXPORTS, lines
from streams.engine.edges import messages
from streams.engine.faust.slices import is_slice, joined
from tests.chaos.cluster import Cluster

SHOWN = 3  # lines of what differs, per table
TABLES: Mapping[str, str] = {
    "dead letters": "SELECT topic, partition, offset, source, reason, field, message, hex(payload), attempts, received_at FROM {database}.dead_letters",
    "arrivals": "SELECT DISTINCT event_id, topic, partition, offset FROM {database}.arrivals",
    "duplicates": "SELECT * FROM {database}.duplicates",
    "identifiers": "SELECT customer_id, identifier FROM {database}.identifiers",
    "commitments": "SELECT * FROM {database}.commitments",
    "accounting": "SELECT * FROM {database}.accounting",
}

SERVED = "SELECT toString(alert_id), version FROM {database}.alert_latest FINAL"


class Verdict(NamedTuple):
    """`rows` in all tables of the oracle; every difference is a line that names its table."""

    rows: int
    differences: list[str]
    alerts: int  # changes of alerts on their topic, repetitions included


def compare(cluster: Cluster, oracle: Address, folder: Path, records: int) -> Verdict:
    """Everything that must hold once all is at rest; `records` were sent."""
    ours = replace(oracle, database=cluster.installation.clickhouse.database)
    rows, differences = 0, list(_uncommitted(cluster, records))
    for name in (*EXPORTS, *TABLES):
        expected, found = _digested(oracle, name), _digested(ours, name)
        rows += len(expected)
        differences += [f"{name}: lost: {expected[line]}" for line in expected.keys() - found.keys()]
        differences += [f"{name}: too much: {found[line]}" for line in found.keys() - expected.keys()]
    journeys, _, _ = _went_back(cluster, "journeys.changes", lambda journey: journey.journey_id)
    alerts, highest, count = _went_back(cluster, "alerts.changes", lambda alert: alert.alert_id)
    differences += [*journeys, *alerts, *_alerts_that_are_served_old(ours, highest), *_families_that_went_back(cluster)]
    return Verdict(rows, differences, count)


def shown(differences: list[str]) -> Iterator[str]:
    """A few of each kind."""
    counts: dict[str, int] = {}
    for line in differences:
        kind = ": ".join(line.split(": ")[:2])
        counts[kind] = counts.get(kind, 0) + 1
        if counts[kind] <= SHOWN:
            yield line[:2_000]
    yield from (f"{kind}: {count:,} in all" for kind, count in counts.items())


def _digested(address: Address, name: str) -> dict[bytes, str]:
    """Digest -> row, so that two rows that are equal count twice only where they have to."""
    client = connect(address)
    try:
        if name in EXPORTS:
            rows: Iterator[str] = lines(client, address.database, name)
        else:
            rows = (repr(row) for row in client.execute_iter(TABLES[name].format(database=address.database)))
        counted: dict[str, int] = {}
        found = {}
        for row in rows:
            counted[row] = counted.get(row, 0) + 1
            found[sha256(f"{counted[row]}:{row}".encode()).digest()] = row
        return found
    finally:
        client.disconnect()


def _uncommitted(cluster: Cluster, records: int) -> Iterator[str]:
    positions = cluster.installation.positions
    ends = sum(positions.ends(positions.sources).values())
    if ends != records:
        yield f"topics: {ends:,} records are on the topics of the sources, {records:,} were sent"
    if lag := positions.source_lag():
        yield f"offsets: {lag:,} records of sources are not committed"
    if lag := positions.sink_lag():
        yield f"offsets: {lag:,} published messages are not committed"


def _went_back(cluster: Cluster, topic: str, id_of: Callable[[Any], str]) -> tuple[list[str], dict[str, int], int]:
    """What is wrong with the versions on a topic, the highest version by id, and how many messages there are."""
    told: defaultdict[str, dict[int, bytes]] = defaultdict(dict)
    back, count = [], 0
    for message in _messages(cluster, cluster.installation.topics.named(topic)):
        change = opened(message.value).data
        count += 1
        id, version, said = id_of(change), change.version, encode(change)
        versions = told[id]
        if version not in versions and version < max(versions, default=0):
            back.append(f"versions of {topic}: {id} has {version} at offset {message.offset} after {max(versions)}")
        if (before := versions.setdefault(version, said)) != said:
            back.append(f"contents of {topic}: {id} has two of version {version}, at offset {message.offset} again: {before!r}, {said!r}")
    return back, {id: max(versions) for id, versions in told.items()}, count


def _alerts_that_are_served_old(ours: Address, highest: Mapping[str, int]) -> Iterator[str]:
    client = connect(ours)
    try:
        served = dict(client.execute(SERVED.format(database=ours.database)))
    finally:
        client.disconnect()
    for alert, version in highest.items():
        if served.get(alert) != version:
            yield f"alert versions: {alert} is served as {served.get(alert)}, {version} was published"


def _families_that_went_back(cluster: Cluster) -> Iterator[str]:
    decode = decoder(FamilyState).decode
    newest: dict[bytes, int] = {}
    slices: dict[bytes, bytes | None] = {}
    for message in _messages(cluster, cluster.installation.topics.changelog("customer")):
        if is_slice(message.key):
            slices[message.key] = message.value
        if is_slice(message.key) or message.value is None:
            continue
        try:
            state = decode(joined(message.key, message.value, slices.get))
        except KeyError:  # the log has been compacted since: a newer head follows
            continue
        version = 1 << 62 if state.moved_to is not None else state.version  # a family that has moved never comes back
        if version < newest.get(message.key, 0):
            yield f"family versions: {message.key!r} at {message.partition}/{message.offset}"
        newest[message.key] = max(version, newest.get(message.key, 0))


def _messages(cluster: Cluster, topic: str) -> Iterator[Any]:
    return messages(",".join(cluster.servers), topic, beginning=True)
