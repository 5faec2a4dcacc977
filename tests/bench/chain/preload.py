"""The states of many customers onto the changelogs, as if a worker had written them: each had one incident, which is over.

One customer is led through the stages; every other one's states are its bytes under another name.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from random import Random
from typing import Any, NamedTuple

from schemas.clock import Clock, Tick
from schemas.codec import encode, encode_json
from schemas.ids import customer_id
from schemas.state import FamilyState, IdentifierState
from schemas.touchpoint import Origin
from streams.bootstrap import customer_stage
from streams.core.clock import LAST
from streams.core.identity import IdentityRules
from streams.engine.faust.router import Partitioner
from streams.sources.record import Record
from streams.stages.identify import identify
from streams.stages.ingest import Ingest
from streams.stages.step import Send
from tests.bench.chain.events import Incident, customer_of
from tests.bench.chain.world import World
from tests.bench.engines.kafka_side import producing

AT_ONCE = 20_000  # customers
HOUR_AGO = "2026-01-05T10:{minute:02d}:00Z"
KIND = "customer"


class Model(NamedTuple):
    """Key and state of both stages."""

    identifier: bytes
    known: bytes
    label: bytes
    family: bytes


def model(world: World) -> Model:
    """Customer 0 after one incident, encoded."""
    loaded = world.installation.loaded
    rules, customers, ingest = (
        IdentityRules.of(loaded.company),
        customer_stage(loaded.company, loaded.court),
        Ingest(loaded.company, b"bench"),
    )
    (source,) = loaded.company.sources
    incident = Incident(0, 0, Random(1))
    known: IdentifierState | None = None
    family: FamilyState | None = None
    label, number = "", 0
    while not incident.is_over:
        event = incident.step(number).event
        event.at, event.email = HOUR_AGO.format(minute=number), None
        for arrived in ingest.ingest(source, Record(Origin("", 0, number), encode_json(event), logged=1)):
            assert isinstance(arrived, Send)
            step = identify(rules, known, arrived.message)
            known = step.state
            for told in step.outputs:
                assert isinstance(told, Send)
                label, family = told.key, customers.process(family, told.message).state
        number += 1
    assert known
    assert family
    clock = Clock(time.time_ns() // 1000)
    family = customers.evaluate(label, family, Tick(LAST, clock)).state
    return Model(f"{KIND}:{customer_of(0)}".encode(), encode(known), label.encode(), encode(family))


def copies(of: Model, customers: Iterable[int]) -> Iterator[Model]:
    """The same for other customers; all names are as long as the model's."""
    name, number = customer_of(0).encode(), customer_id(f"{KIND}:{customer_of(0)}").encode()
    for customer in customers:
        new = customer_of(customer)
        identifier, known, label, family = (part.replace(name, new.encode()) for part in of)
        yield Model(identifier, known, label, family.replace(number, customer_id(f"{KIND}:{new}").encode()))


async def _write(world: World, customers: int) -> None:
    topics, made = world.installation.topics, model(world)
    identifiers, families = topics.changelog("identify"), topics.changelog("customer")
    partition_of = Partitioner(topics.partitions)
    async with producing(world.servers) as producer:
        for first in range(0, customers, AT_ONCE):
            batches: defaultdict[tuple[str, int], Any] = defaultdict(producer.create_batch)
            sent = []
            for copy in copies(made, range(first, min(first + AT_ONCE, customers))):
                for topic, key, value in ((identifiers, copy.identifier, copy.known), (families, copy.label, copy.family)):
                    place = topic, partition_of(key)
                    if batches[place].append(timestamp=None, key=key, value=value) is None:
                        sent.append(await producer.send_batch(batches.pop(place), topic, partition=place[1]))
                        batches[place].append(timestamp=None, key=key, value=value)
            sent += [await producer.send_batch(batch, topic, partition=number) for (topic, number), batch in batches.items()]
            await asyncio.gather(*sent)


def preload(world: World, customers: int) -> str:
    """Two records per customer; what was done, in words."""
    begun = time.monotonic()
    asyncio.run(_write(world, customers))
    size = len(model(world).family)
    return (
        f"{2 * customers:,} state records of {customers:,} customers ({size:,} bytes a family) written in {time.monotonic() - begun:.0f} s"
    )
