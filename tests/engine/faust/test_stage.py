"""The order of effects, and what happens to a partition that comes and goes."""

import asyncio
from types import SimpleNamespace

import pytest

from schemas.clock import Clock, Report, Tick
from schemas.codec import decoder, encode
from schemas.identity import IdentityChange, Join, Repoint
from schemas.topics import Topics
from streams.engine.faust.encoders import PlainEncoder
from streams.engine.faust.router import Router
from streams.engine.faust.stage import StageRunner
from streams.engine.faust.states import BYTES_IN_ALL
from streams.stages.step import Send, Step

CUSTOMER = Topics().customer


class Counting:
    """A state is the number of messages of its key; a tick of the last level wakes whoever has an odd number."""

    name = "counting"
    hands_over = False

    def __init__(self):
        self.numbers, self.asked = {}, []

    def message(self, record):
        return "" if record.key is None else record.key.decode(), record.value

    state = staticmethod(decoder(int).decode)
    encoder = PlainEncoder

    def process(self, state, message, position):
        return Step((state or 0) + 1, (Send("customer", "k", Join("k", message)),))

    def opened(self, number, saved):
        self.numbers = {key: decoder(int).decode(value) for key, value in saved}

    def kept(self, number, key, state):
        self.numbers[key] = state

    def wake(self, number, tick):
        return sorted(key for key, count in self.numbers.items() if count % 2) if tick.level == 3 else ()

    def evaluate(self, key, state, tick, position, end):
        self.asked.append((key, position, end))
        return Step(state + 1, (Send("customer", "k", Join("k", f"woken {key}")),))


class Table:
    """A table in memory."""

    partitions = 4

    def __init__(self, story):
        self.saved, self.story = {}, story

    def get_in(self, number, key):
        return self.saved.get(key)

    def items_in(self, number):
        yield from self.saved.items()

    async def write(self, number, items):
        self.story.append(("states", dict(items)))
        self.saved |= dict(items)


def record(key, value, offset=0):
    return SimpleNamespace(key=key, value=value, offset=offset)


@pytest.fixture
def story():
    return []


@pytest.fixture
def table(story):
    return Table(story)


@pytest.fixture
def logic():
    return Counting()


@pytest.fixture
def runner(story, table, logic):
    def report(reports):
        if reports:
            story.append(("reports", reports))

    return StageRunner(logic, table, Router(Topics()), report, lambda _stage, _outputs: None, lambda number: 100 + number)


@pytest.fixture
def handle(runner, story):
    """Do with every piece of a chunk what a lane does, one after the other."""

    async def settle(records):
        for routed, states, gone, _held in runner.fold(1, records):
            if routed:
                story.append(("outputs", [decoder(Join).decode(value).to for items in routed.values() for _, value in items]))
            gone()
            await states.save(states.take_changes())

    return lambda *records: asyncio.run(settle(records))


def test_a_chunk_comes_to_outputs_reports_and_states(handle, story):
    handle(record(b"a", "m1"), record(None, Tick(2, Clock(5))), record(b"b", "m2"), record(b"a", "m3"))
    assert story == [
        ("outputs", ["m1", "m2", "m3"]),
        ("reports", [Report(3, 1, Clock(5))]),
        ("states", {b"a": encode(2), b"b": encode(1)}),
    ]


def test_of_several_ticks_of_one_level_the_last_is_reported_which_says_everything(handle, story):
    handle(record(None, Tick(0, Clock(5))), record(None, Tick(1, Clock(4))), record(None, Tick(0, Clock(6))))
    assert story == [("reports", [Report(1, 1, Clock(6)), Report(2, 1, Clock(4))])]


def test_a_worker_s_memory_is_for_the_partitions_that_it_owns(runner):
    def states(number):
        (effects,) = runner.fold(number, [record(b"a", "m")])
        return effects.states

    first, second = states(1), states(2)
    assert (first.room, second.room) == (BYTES_IN_ALL // 2, BYTES_IN_ALL // 2)
    runner.forget()
    assert states(1).room == BYTES_IN_ALL


def test_where_families_are_handed_over_they_leave_after_what_was_published_and_identifiers_are_told_after_that(logic, runner):
    change = IdentityChange(identifier="email:a", customer_id="c", first_seen=1, version=1)
    repoint, join = Send("identify", "i", Repoint("i", "m", "k")), Send("customer", "k", Join("k", "m"))

    def worked_on(*outputs):
        logic.process = lambda *_: Step(1, outputs)
        (effects,) = runner.fold(1, [record(b"a", "m")])
        return effects.routed, effects.held

    route, logic.name = Router(Topics()).route, "customer"
    assert worked_on(repoint, join, change) == (route(1, [repoint, join, change]), [])
    logic.hands_over = True
    assert worked_on(repoint, join, change) == (route(1, [change]), [route(1, [join]), route(1, [repoint])])
    assert worked_on(repoint, change) == (route(1, [change]), [route(1, [repoint])])
    assert worked_on(change) == (route(1, [change]), [])


def test_a_tick_that_wakes_somebody_ends_a_piece_of_the_chunk(handle, story):
    """What is woken by one tick is bounded; by a chunk full of ticks it would not be."""
    handle(record(b"a", "m1"), record(None, Tick(3, Clock(5))), record(b"b", "m2"), record(None, Tick(3, Clock(6))), record(b"b", "m3"))
    assert story == [
        ("outputs", ["m1", "woken a"]),
        ("states", {b"a": encode(2)}),
        ("outputs", ["m2", "woken b"]),
        ("states", {b"b": encode(2)}),
        ("outputs", ["m3"]),
        ("states", {b"b": encode(3)}),
    ]


def test_everybody_is_evaluated_at_the_tick_that_wakes_them_some_at_a_time(handle, story, logic, monkeypatch):
    """Whoever does it again after a crash finds the same, however many were woken."""
    monkeypatch.setattr("streams.engine.faust.stage.EVALUATED_AT_ONCE", 2)
    handle(*(record(key, "m") for key in (b"a", b"b", b"c")))
    story.clear()
    handle(record(None, Tick(3, Clock(5)), 7))
    assert [entry for kind, entry in story if kind == "outputs"] == [["woken a", "woken b"], ["woken c"]]
    assert logic.asked == [("a", 7, 101), ("b", 7, 101), ("c", 7, 101)]


def test_a_chunk_that_changes_nothing_writes_nothing(handle, story):
    handle(record(None, Tick(3, Clock(5))))
    assert story == []


def test_states_that_another_worker_may_have_changed_are_read_again(handle, runner, table):
    handle(record(b"a", "m1"))
    table.saved[b"a"] = encode(10)
    handle(record(b"a", "m2"))
    assert table.saved[b"a"] == encode(2), "cached as long as the partition is ours"
    table.saved[b"a"] = encode(10)
    runner.forget()
    handle(record(b"a", "m3"))
    assert table.saved[b"a"] == encode(11)


def test_who_waits_for_a_tick_is_known_again_after_a_rebalance(handle, table, story):
    table.saved[b"a"] = encode(1)
    handle(record(None, Tick(3, Clock(5))))
    assert story[0] == ("outputs", ["woken a"])
