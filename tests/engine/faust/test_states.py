"""The states of a partition, as they are saved and as whoever owns the partition next finds them."""

import asyncio

from schemas.codec import decoder
from schemas.state import FamilyState
from streams.engine.faust.encoders import FamilyEncoder
from streams.engine.faust.slices import SLICE
from streams.engine.faust.states import PartitionStates
from streams.stages.step import Step
from tests.stages.builders import touchpoint

KEY = "0000000000000001.email:a"


class Table:
    """A table in memory; None deletes."""

    partitions = 1

    def __init__(self):
        self.saved = {}
        self.writes = []

    def get_in(self, number, key):
        return self.saved.get(key)

    def items_in(self, number):
        yield from sorted(self.saved.items())

    async def write(self, number, items):
        self.writes.append([key for key, _ in items])
        self.saved = {key: value for key, value in {**self.saved, **dict(items)}.items() if value is not None}


def states(table):
    return PartitionStates(0, table, decoder(FamilyState).decode, FamilyEncoder())


def family(*texts):
    said = [touchpoint("email:a", name=f"{number}", attributes={"text": text}) for number, text in enumerate(texts)]
    return FamilyState(touchpoints={made.event_id: (made, 0) for made in said})


def save(owner, state):
    owner.keep(KEY, owner[KEY], Step(state))
    asyncio.run(owner.save(owner.take_changes()))


def test_a_family_larger_than_any_message_comes_back_whole():
    table, large = Table(), family(*["x" * SLICE] * 40)
    save(states(table), large)
    assert max(map(len, table.saved.values())) <= SLICE
    after = states(table)
    assert [(key, decoder(FamilyState).decode(value)) for key, value in after.saved_items()] == [(KEY, large)], "once, its slices apart"
    assert after[KEY] == large
    grown = family(*["x" * SLICE] * 40, "y")
    save(after, grown)
    assert len(table.writes[-1]) == 5, "the first slice, which counts them, the last one, its key, and the two that these replace"
    save(after, family("y"))
    assert list(table.saved) == [KEY.encode()]
    assert states(table)[KEY] == family("y")
