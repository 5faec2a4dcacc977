"""Partitions side by side, chunks of one partition one after the other, and no acknowledgement after an error."""

import asyncio
from types import SimpleNamespace

import pytest
from aiokafka.errors import KafkaTimeoutError

from streams.core.brake import BrakePulled, Pulled
from streams.engine.faust.lanes import EXIT_BRAKE, EXIT_BUG, IN_FLIGHT, Lanes, spoken


class Consumer:
    """Remembers what becomes of the chunks."""

    def __init__(self):
        self.epoch, self.story = 1, []

    def handled(self, chunk):
        self.story.append(("handled", chunk.tp, chunk.offset))

    def drop(self, chunk):
        self.story.append(("dropped", chunk.tp, chunk.offset))


class Stream:
    """The stream of an agent: some chunks, and what is acknowledged."""

    def __init__(self, *chunks):
        self.enable_acks, self._chunks = True, chunks
        self.consumer = Consumer()
        self.app = SimpleNamespace(consumer=self.consumer, flow_control=SimpleNamespace(is_active=lambda: True))

    async def events(self):
        for chunk in self._chunks:
            yield SimpleNamespace(message=chunk, value=["record"])

    async def ack(self, event):
        self.consumer.story.append(("acknowledged", event.message.tp, event.message.offset))


def chunk(tp, offset, epoch=1):
    return SimpleNamespace(tp=tp, topic=tp, partition=0, offset=offset, epoch=epoch)


def run(stream, handle):
    ended = []

    async def main():
        lanes = Lanes("stage", handle, lambda *_: None, at_once=2, end=ended.append)
        await lanes.run(stream)
        await asyncio.gather(*lanes._tasks)

    asyncio.run(main())
    return ended


def test_a_slow_partition_does_not_hold_back_the_others_but_its_own_chunks():
    stream = Stream(chunk("slow", 1), chunk("slow", 2), chunk("fast", 1))

    async def handle(tp, records):
        await asyncio.sleep(0.05 if tp == "slow" else 0)

    run(stream, handle)
    acknowledged = [(tp, offset) for what, tp, offset in stream.consumer.story if what == "acknowledged"]
    assert acknowledged == [("fast", 1), ("slow", 1), ("slow", 2)]
    assert stream.enable_acks is False, "else Faust acknowledges what has failed"


def test_chunks_of_a_partition_that_wait_are_worked_on_together_up_to_a_limit():
    stream = Stream(*(chunk("t", number) for number in range(1, 6)))
    sizes = []

    async def handle(tp, records):
        sizes.append(len(records))
        await asyncio.sleep(0.01)

    run(stream, handle)
    assert sizes == [2, 2, 1]
    assert [(what, offset) for what, _, offset in stream.consumer.story] == [
        (what, offset) for offset in range(1, 6) for what in ("handled", "acknowledged")
    ]


def test_no_more_is_taken_from_the_stream_than_there_is_room_for():
    taken = []

    class Watched(Stream):
        async def events(self):
            async for event in super().events():
                taken.append(event)
                yield event

    stream, most = Watched(*(chunk("t", number) for number in range(100))), []

    async def handle(tp, records):
        done = sum(what == "acknowledged" for what, *_ in stream.consumer.story)
        most.append(len(taken) - done)
        await asyncio.sleep(0)

    run(stream, handle)
    assert max(most) == IN_FLIGHT * 2 + 1, "and one that waits for room"


def test_an_error_ends_the_process_before_anything_is_acknowledged():
    stream = Stream(chunk("t", 1))

    async def handle(tp, records):
        raise ValueError("a secret")

    assert run(stream, handle) == [EXIT_BUG]
    assert stream.consumer.story == []


def test_the_brake_ends_the_process_before_anything_is_acknowledged_with_a_code_of_its_own(capsys):
    stream = Stream(chunk("t", 1))
    pulled = BrakePulled(Pulled("shop", 200, 300, {"not_json": 200}))

    async def handle(tp, records):
        raise pulled

    assert run(stream, handle) == [EXIT_BRAKE]
    assert stream.consumer.story == []
    said = capsys.readouterr().out
    assert "the brake on dead letters was pulled" in said
    assert str(pulled) in said


def test_a_chunk_that_a_rebalance_has_overtaken_is_left_to_whoever_gets_it_again():
    stream = Stream(chunk("t", 1, epoch=0), chunk("t", 2))

    async def handle(tp, records):
        pass

    run(stream, handle)
    assert stream.consumer.story == [("dropped", "t", 1), ("handled", "t", 2), ("acknowledged", "t", 2)]


@pytest.mark.parametrize(
    ("error", "said"),
    [(ValueError("anna@example.org"), "ValueError"), (KafkaTimeoutError("no answer"), "KafkaTimeoutError: KafkaTimeoutError: no answer")],
)
def test_a_log_holds_no_value_of_a_record(error, said):
    assert spoken(error) == said
