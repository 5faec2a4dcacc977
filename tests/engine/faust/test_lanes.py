"""Partitions side by side, chunks of one partition one after the other, and everything durable in its order."""

import asyncio
import time

import pytest

from streams.engine.faust import lanes
from streams.engine.faust.lanes import GATHERED, IN_FLIGHT, Lanes
from tests.engine.faust.lanes_story import Sends, States, Stream, chunk, effects, nothing, run


def test_outputs_are_acknowledged_before_clocks_are_passed_on_and_states_saved_and_states_before_chunks_are_acknowledged():
    stream = Stream(chunk("t", 1))
    story = stream.consumer.story
    states = States(story)

    def fold(tp, records):
        states.now = {"a": 1}
        yield effects(story, ("out",), states)

    assert run(stream, fold, Sends(story, after=0.01)) == []
    assert story == [
        ("put", ("out",)), ("sent", ("out",)), ("gone",), ("saved", {"a": 1}), ("handled", "t", 1), ("acknowledged", "t", 1),
    ]  # fmt: skip


class Paused(Stream):
    """The first chunk comes some time before the others."""

    async def events(self):
        async for event in super().events():
            yield event
            if event.message.offset == 1:
                await asyncio.sleep(1.25 * GATHERED)


def test_a_chunk_waits_for_nobodys_acknowledgement_and_what_has_been_worked_on_meanwhile_is_saved_together():
    stream = Paused(*(chunk("t", number) for number in range(1, 8)))
    story = stream.consumer.story
    states, count = States(story), iter(range(1, 100))

    def fold(tp, records):
        number = next(count)
        states.now["a"] = number
        yield effects(story, (number,), states, f"gone {number}")

    run(stream, fold, Sends(story, after=2.5 * GATHERED))
    assert [entry[0] for entry in story][:4] == ["put"] * 4, "the first, and then two at a time"
    assert [entry for entry in story if entry[0] == "saved"] == [("saved", {"a": 1}), ("saved", {"a": 4})], "as it was when it was taken"
    assert story.index(("saved", {"a": 1})) > story.index(("sent", (1,)))
    assert story.index(("saved", {"a": 4})) > story.index(("sent", (4,)))
    assert [entry[2] for entry in story if entry[0] == "acknowledged"] == [1, 2, 3, 4, 5, 6, 7]


def test_where_much_is_here_already_nothing_is_waited_for(monkeypatch):
    monkeypatch.setattr(lanes, "GATHERED", 1.0)
    stream = Stream(*(chunk("t", number) for number in range(5 * IN_FLIGHT)))
    states = States(stream.consumer.story)

    def fold(tp, records):
        states.now["a"] = records
        yield effects(stream.consumer.story, (), states)

    begun = time.monotonic()
    run(stream, fold)
    assert time.monotonic() - begun < 1.9, "only the last ones have waited for more"


def test_time_does_not_wait_until_states_are_gathered(monkeypatch):
    stream = Stream(chunk("t", 1))
    story = stream.consumer.story
    states = States(story)

    async def gather(_lanes):
        for _ in range(10):  # rounds of the loop
            await asyncio.sleep(0)
        story.append(("gathered",))

    monkeypatch.setattr(Lanes, "gather", gather)

    def fold(tp, records):
        states.now = {"a": 1}
        yield effects(story, ("out",), states)

    assert run(stream, fold) == []
    assert [entry[0] for entry in story] == ["put", "sent", "gone", "gathered", "saved", "handled", "acknowledged"]


def test_a_chunk_of_several_pieces_is_acknowledged_when_the_last_is_durable():
    stream = Stream(chunk("t", 1))
    story = stream.consumer.story

    def fold(tp, records):
        yield effects(story, ("first",), None, "first gone")
        yield effects(story, ("second",), None, "second gone")

    run(stream, fold, Sends(story, after=0.01))
    assert [entry[0] for entry in story if entry[0] not in ("put", "sent")] == ["first gone", "second gone", "handled", "acknowledged"]
    assert story.index(("sent", ("second",))) < story.index(("second gone",))


def test_what_is_held_leaves_when_everything_before_it_is_acknowledged_and_clocks_after_it():
    """A family that is handed over is published by somebody else from then on, under higher versions."""
    stream = Stream(chunk("t", 1), chunk("t", 2), chunk("t", 3))
    story = stream.consumer.story
    states, count = States(story), iter(range(1, 4))

    def fold(tp, records):
        number = next(count)
        states.now = {"a": number}
        held = [(f"families {number}",), (f"identifiers {number}",)]
        yield effects(story, (f"alerts {number}",), states, f"gone {number}", held if number > 1 else ())

    assert run(stream, fold, Sends(story, after=0.01)) == []
    put = [entry[1][0] for entry in story if entry[0] == "put"]
    assert put == ["alerts 1", "alerts 2", "families 2", "identifiers 2"]
    told = [entry for entry in story if "2" in str(entry) and entry[0] not in ("handled", "acknowledged")]
    assert told == [
        ("put", ("alerts 2",)), ("sent", ("alerts 2",)),
        ("put", ("families 2",)), ("sent", ("families 2",)),
        ("put", ("identifiers 2",)), ("sent", ("identifiers 2",)), ("gone 2",), ("saved", {"a": 2}),
    ]  # fmt: skip


def test_a_slow_partition_does_not_hold_back_the_others_but_its_own_chunks():
    stream = Stream(chunk("slow", 1), chunk("slow", 2), chunk("fast", 1))
    story = stream.consumer.story

    class Slow(Sends):
        def put(self, routed):
            self.after = 0.05 if routed == ("slow",) else 0.0
            return super().put(routed)

    def fold(tp, _records):
        return [effects(story, (tp,))]

    run(stream, fold, Slow(story))
    acknowledged = [(tp, offset) for what, tp, offset in (entry for entry in story if entry[0] == "acknowledged")]
    assert acknowledged == [("fast", 1), ("slow", 1), ("slow", 2)]
    assert stream.enable_acks is False, "else Faust acknowledges what has failed"


def test_chunks_of_a_partition_that_wait_are_worked_on_together_up_to_a_limit():
    stream = Stream(*(chunk("t", number) for number in range(1, 6)), chunk("t", 6, weight=2))
    sizes = []

    def fold(tp, records):
        sizes.append(len(records))
        return nothing(tp, records)

    run(stream, fold)
    assert sizes == [2, 2, 1, 1], "the last one weighs too much"
    assert [(what, offset) for what, _, offset in stream.consumer.story] == [
        (what, offset) for offset in range(1, 7) for what in ("handled", "acknowledged")
    ]


@pytest.mark.parametrize(("weight", "room"), [(1, IN_FLIGHT * 2), (8, IN_FLIGHT * 2 // 8)])
def test_no_more_is_taken_from_the_stream_than_there_is_room_for(weight, room):
    taken = []

    class Watched(Stream):
        async def events(self):
            async for event in super().events():
                taken.append(event)
                yield event

    stream, most = Watched(*(chunk("t", number, weight=weight) for number in range(100))), []

    def fold(tp, records):
        done = sum(what == "acknowledged" for what, *_ in stream.consumer.story)
        most.append(len(taken) - done)
        return [effects(stream.consumer.story, ("out",))]

    run(stream, fold)
    assert max(most) == room + 1, "and one that waits for room"
