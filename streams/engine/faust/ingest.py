"""The stage without state on Faust: chunks of the company's own topics become messages to `identify` and dead letters."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from schemas.clock import SourceReport
from schemas.dead_letter import DeadLetter
from schemas.identity import Arrived
from schemas.source import Source
from schemas.touchpoint import CANARY, CANARY_PREFIX
from streams.core.brake import FINE, Watch
from streams.engine.faust.effects import Effects
from streams.engine.faust.records import record_of
from streams.engine.faust.router import Router
from streams.engine.faust.thread import Place
from streams.stages.ingest import Ingest
from streams.stages.step import Send

CANARY_KEY = CANARY_PREFIX.encode()


class Reached:
    """What has been handed on from one partition of a source's topic since it was assigned; microseconds, 0 = nothing yet."""

    __slots__ = ("arrived", "last", "newest")

    def __init__(self) -> None:
        self.last = self.arrived = self.newest = 0

    def report(self, topic: str, partition: int, partitions: int, place: Place | None) -> SourceReport:
        """With everything handed on the partition is complete up to when that was asked; else up to its last record."""
        ended = place is not None and place.position >= place.end
        now = place.asked_at * 1000 if place is not None and ended else self.last
        return SourceReport(topic, partition, partitions, now, self.arrived, self.newest, ended)


class IngestRunner:
    """Handles the chunks of every partition of the company's topics that this worker owns."""

    def __init__(
        self,
        ingest: Ingest,
        sources: Mapping[str, Sequence[Source]],
        router: Router,
        observe: Callable[[str, Any], None],
        longest: int,
        watch: Watch | None = None,
    ) -> None:
        """`watch` stops the worker before a chunk with too many dead letters is published: `BrakePulled`."""
        self._watch = watch
        self._ingest, self._sources, self._router, self._observe = ingest, sources, router, observe
        self._longest = longest
        self.reached: dict[tuple[str, int], Reached] = {}

    def forget(self) -> None:
        """Partitions were revoked."""
        self.reached = {}

    def fold(self, topic: str, partition: int, records: Sequence[Any]) -> Iterator[Effects]:
        """What the records come to; only when it is handed on does the clock of the partition move."""
        outputs = [output for message in records for source in self._sources[topic] for output in self._outputs(source, message)]
        self._observe("ingest", outputs)
        yield Effects(self._router.route(partition, outputs), None, partial(self._move, topic, partition, records, outputs))

    def _move(self, topic: str, partition: int, records: Sequence[Any], outputs: Sequence[Any]) -> None:
        reached = self.reached.setdefault((topic, partition), Reached())
        reached.last = max(records[-1].timestamp * 1000, reached.last)
        # A synthetic customer does not come from the system: it must not make a silent source look alive.
        stamps = [message.timestamp for message in records if message.key is None or not message.key.startswith(CANARY_KEY)]
        reached.arrived = max(max(stamps, default=0) * 1000, reached.arrived)
        heard = [o.message.touchpoint for o in outputs if o.__class__ is Send and o.message.__class__ is Arrived]
        reached.newest = max(max([t.at for t in heard if CANARY not in t.attributes], default=0), reached.newest)

    def _outputs(self, source: Source, message: Any) -> Sequence[Send | DeadLetter]:
        record = record_of(source, message, self._longest)
        if record is None:
            return ()
        outputs = self._ingest.ingest(source, record)
        if self._watch is not None:
            self._watch.hear(source.source, (outputs[0].reason if outputs and outputs[0].__class__ is DeadLetter else FINE,))
        return outputs
