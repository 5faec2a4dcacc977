"""The workload that every engine gets: find the customers who are sent from team A to team B and back to A, as it happens.

Per customer an engine keeps the last two teams, since when the last one has the customer, and how many events there were: every event
changes a state, and states must be durable. Every return to the team before is one alert. What the alerts must be is computed here, offline.
"""

from collections.abc import Iterable, Iterator
from random import Random
from typing import NamedTuple

from aiokafka.partitioner import murmur2
from msgspec import Struct, json

PARTITIONS = 8
TEAMS = tuple(f"team-{number:02d}" for number in range(20))
HOME_TEAMS = 3  # that look after one customer; so repeats and returns are as common as at a real service desk
AT_HOME = 0.7  # of the events
TYPES = ("ticket.opened", "ticket.assigned", "ticket.noted", "ticket.moved", "page.viewed")
SOURCES = ("web", "mail", "phone", "crm")


class Event(Struct):
    """About 280 bytes of JSON, most of which no engine needs."""

    event_id: str
    customer_id: str
    type: str
    team: str
    source: str
    occurred_at: str
    seq: int  # counts the events of the customer
    props: dict[str, object]


class Record(NamedTuple):
    """An event on its way to Kafka."""

    partition: int
    key: bytes
    event: Event


Alert = tuple[str, int]  # customer, seq of the event that came back to A

_encode = json.Encoder().encode


def encoded(event: Event) -> bytes:
    """As it is on the topic."""
    return _encode(event)


def records(events: int, customers: int) -> Iterator[Record]:
    """Always the same ones."""
    chance, seqs, partitions = Random(1).random, [0] * customers, [-1] * customers
    for number in range(events):
        customer = int(chance() * customers)
        team = (customer * 7 + int(chance() * HOME_TEAMS) * 5) % len(TEAMS) if chance() < AT_HOME else int(chance() * len(TEAMS))
        seqs[customer] += 1
        customer_id = f"c{customer:07d}"
        key = customer_id.encode()
        if partitions[customer] < 0:
            partitions[customer] = (murmur2(key) & 0x7FFFFFFF) % PARTITIONS
        yield Record(partitions[customer], key, _event(number, customer_id, TEAMS[team], seqs[customer]))


def _event(number: int, customer_id: str, team: str, seq: int) -> Event:
    minutes, millis = divmod(number, 60_000)
    return Event(
        event_id=f"{number * 2_654_435_761 + 12_345:032x}",
        customer_id=customer_id,
        type=TYPES[number % len(TYPES)],
        team=team,
        source=SOURCES[number % len(SOURCES)],
        occurred_at=f"2026-01-01T{minutes // 60 % 24:02d}:{minutes % 60:02d}:{millis / 1000:06.3f}Z",
        seq=seq,
        props={
            "url": f"https://example.com/p/{number % 1000}",
            "ua": "Mozilla/5.0 (X11; Linux x86_64)",
            "amount": 12.5,
            "prio": number % 4,
        },
    )


def alerts(events: Iterable[Event]) -> list[Alert]:
    """What every engine must find, sorted."""
    held: dict[str, tuple[str, str]] = {}  # customer -> team before, team
    found = []
    for event in events:
        before, team = held.get(event.customer_id, ("", ""))
        if event.team == team:
            continue
        if event.team == before:
            found.append((event.customer_id, event.seq))
        held[event.customer_id] = team, event.team
    return sorted(found)
