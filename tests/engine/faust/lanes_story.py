"""A stream of chunks, states and sends that write down what becomes of them, in its order."""

import asyncio
from types import SimpleNamespace

from streams.engine.faust.effects import Effects
from streams.engine.faust.lanes import Lanes


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


def chunk(tp, offset, epoch=1, weight=1):
    return SimpleNamespace(tp=tp, topic=tp, partition=0, offset=offset, epoch=epoch, weight=weight)


class States:
    """States of a partition, the value of each the number of the chunk that changed it last."""

    def __init__(self, story):
        self.now, self.story = {}, story

    @property
    def has_changed(self):
        return bool(self.now)

    def take_changes(self):
        taken, self.now = self.now, {}
        return taken

    async def save(self, changes):
        self.story.append(("saved", changes))
        await asyncio.sleep(0)


class Sends:
    """Outputs are acknowledged after so many seconds; `{}` where nothing is sent."""

    def __init__(self, story, after=0.0):
        self.story, self.after = story, after

    def put(self, routed):
        if not routed:
            return ()
        sent = asyncio.get_running_loop().create_future()
        self.story.append(("put", routed))
        asyncio.get_running_loop().call_later(self.after, self._acknowledge, sent, routed)
        return (sent,)

    def _acknowledge(self, sent, routed):
        self.story.append(("sent", routed))
        sent.set_result(1)


def effects(story, routed=(), states=None, name="gone", held=()):
    return Effects(routed, states, lambda: story.append((name,)), held)


def run(stream, fold, sends=None):
    """`fold` returns the pieces of a chunk."""
    ended, sends = [], sends or Sends(stream.consumer.story)

    async def main():
        read = Lanes("stage", lambda tp, records: iter(fold(tp, records)), sends.put, lambda *_: None, at_once=2, end=ended.append)
        await read.run(stream)
        while read._tasks and not ended:
            await asyncio.gather(*read._tasks)

    asyncio.run(main())
    return ended


def nothing(tp, records):
    return [Effects({}, None, lambda: None)]
