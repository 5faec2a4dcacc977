"""What may be committed: the end of the unbroken chain of chunks that were handled."""

import asyncio
from pathlib import Path
from types import SimpleNamespace

import faust
import pytest
from faust.types import TP

from schemas.topics import Topics
from streams.engine.faust.configuration import Worker
from streams.engine.faust.consumer import ORDINARY, Chunk
from streams.engine.faust.install import install

INPUT = TP("source", 0)


@pytest.fixture
def consumer(tmp_path: Path):
    """Of an app that is never started: only its books are looked at."""

    async def made():
        app = faust.App("books", **Worker("127.0.0.1:1", Topics(), "w", tmp_path).faust())
        install(app, [INPUT.topic], [], 500)
        app.topics._acking_topics.add(INPUT.topic)
        return app.consumer

    found = asyncio.run(made())
    yield found
    found._thread.thread_loop.close()


def delivered(consumer, last):
    chunk = Chunk(INPUT.topic, INPUT.partition, last, 0.0, 0, (), None, [], None, 0, 0, INPUT, generation_id=1)
    chunk.epoch = consumer.epoch
    consumer._delivered[INPUT].append(last)
    return chunk


def done(consumer, chunk):
    consumer.handled(chunk)
    consumer.ack(chunk)


def test_long_records_weigh_as_much_as_several(consumer):
    for sizes, weight in (([], 0), ([10, -1, ORDINARY], 3), ([ORDINARY * 7, 10], 7)):
        chunk = delivered(consumer, 9)
        chunk.value = [SimpleNamespace(serialized_value_size=size) for size in sizes]
        assert chunk.weight == weight


def test_nothing_is_committed_before_something_was_handled(consumer):
    delivered(consumer, 9)
    assert consumer._new_offset(INPUT) is None


def test_a_chunk_that_is_still_worked_on_holds_back_those_behind_it(consumer):
    first, second, third = (delivered(consumer, last) for last in (9, 19, 29))
    done(consumer, second)
    assert consumer._new_offset(INPUT) is None
    assert consumer.broken_chains() == {INPUT}, "nobody works on the first one any more"
    done(consumer, first)
    assert consumer._new_offset(INPUT) == 20
    done(consumer, third)
    assert consumer._new_offset(INPUT) == 30
    assert consumer.broken_chains() == set()


def test_a_commit_that_failed_is_tried_again(consumer):
    done(consumer, delivered(consumer, 9))
    assert [consumer._new_offset(INPUT), consumer._new_offset(INPUT)] == [10, 10]


def test_what_the_stream_skipped_during_a_rebalance_is_not_committed(consumer):
    """Faust acknowledges what it skips."""
    chunk = delivered(consumer, 9)
    consumer.ack(chunk)
    assert chunk.acked, "nobody waits for it"
    assert consumer._new_offset(INPUT) is None


def test_what_was_delivered_before_a_seek_does_not_count(consumer):
    before = delivered(consumer, 9)
    consumer._begin_epoch()
    again = delivered(consumer, 9)
    done(consumer, before)
    assert consumer._new_offset(INPUT) is None
    done(consumer, again)
    assert consumer._new_offset(INPUT) == 10


def test_two_chunks_that_end_alike_are_two(consumer):
    """A partition would never be committed again if the second were taken for the first."""
    done(consumer, delivered(consumer, 9))
    consumer._new_offset(INPUT)
    consumer._begin_epoch()
    done(consumer, delivered(consumer, 9))
    done(consumer, delivered(consumer, 19))
    assert consumer._new_offset(INPUT) == 20


def test_a_partition_stands_somewhere_only_when_all_that_was_pulled_is_handled(consumer):
    consumer._pulled[INPUT] = 9
    consumer._places[INPUT] = place = (10, 10, 5)
    assert consumer.place(INPUT) is None
    done(consumer, delivered(consumer, 9))
    assert consumer.place(INPUT) == place
