"""The states of a partition, as they are saved and as whoever owns the partition next finds them."""

import asyncio

import pytest

from schemas.codec import decoder
from schemas.state import FamilyState
from streams.engine.faust import states as states_module
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
        self.writes, self.reads = [], []

    def get_in(self, number, key):
        self.reads.append(key)
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


def save(owner, state, key=KEY):
    owner.keep(key, owner[key], Step(state))
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


@pytest.fixture
def little_room(monkeypatch):
    for limit in ("CACHED_BYTES", "BYTES_IN_ALL"):
        monkeypatch.setattr(states_module, limit, 10_000)


@pytest.mark.usefixtures("little_room")
def test_it_lets_go_of_the_oldest_when_they_are_too_large_together():
    table, made = Table(), {f"{number}": family("x" * 2_000, f"{number}") for number in range(5)}
    owner = states(table)
    for key, state in made.items():
        save(owner, state, key)
        if key == "3":
            owner.keep("0", owner["0"], Step(made["4"]))
            changes = owner.take_changes()
            owner.keep("1", owner["1"], Step(made["4"]))
            asyncio.run(owner.save(changes))
    table.reads.clear()
    assert [owner[key] for key in made] == [made["4"], made["4"], *list(made.values())[2:]]
    assert table.reads == [b"0", b"2", b"3"], "the oldest, except for 1, which only we know; 4 was needed just now"


@pytest.mark.usefixtures("little_room")
def test_what_is_too_large_alone_stays_while_it_is_needed():
    table, large = Table(), family("x" * 20_000)
    owner = states(table)
    save(owner, large)
    table.reads.clear()
    assert owner[KEY] is large
    save(owner, family("y"), "another")
    assert owner[KEY] == large
    assert table.reads == [b"another", KEY.encode()]


@pytest.mark.usefixtures("little_room")
def test_what_is_too_large_alone_drives_nobody_out_while_it_changes():
    table, small = Table(), {f"{number}": family("y" * 500, f"{number}") for number in range(5)}
    owner = states(table)
    for key, state in small.items():
        save(owner, state, key)
    for change in range(3):
        save(owner, family("x" * 20_000, f"{change}"))
    table.reads.clear()
    assert [owner[key] for key in small] == list(small.values())
    assert table.reads == []


def test_partitions_share_what_a_worker_may_keep(monkeypatch):
    monkeypatch.setattr(states_module, "CACHED_BYTES", 1_000)
    monkeypatch.setattr(states_module, "BYTES_IN_ALL", 20_000)
    table, made = Table(), {f"{number}": family("x" * 2_000, f"{number}") for number in range(8)}

    def kept(partitions: int) -> int:
        owner = states(table)
        owner.share(partitions)
        for key, state in made.items():
            save(owner, state, key)
        table.reads.clear()
        assert [owner[key] for key in made] == list(made.values())
        return len(made) - len(table.reads)

    assert (kept(1), kept(2)) == (8, 2)
