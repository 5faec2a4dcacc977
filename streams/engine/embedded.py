"""The embedded engine: the three stages over P logical partitions in one process, one *epoch* after another.

An epoch takes some input records, lets their messages run through all partitions until every inbox is empty, and is then committed:
outputs first (with a token that a repeat will carry too), then all states and the input position in one atomic batch. A process that
dies in between repeats the epoch from the same states: the same outputs with the same ids. Writing an epoch overlaps with
computing the next one; its states are saved only after its outputs were acknowledged.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol

from schemas.clock import Clock, Report, Tick
from schemas.codec import decoder
from schemas.dead_letter import DeadLetter
from schemas.plain import Published
from schemas.state import FamilyState, IdentifierState
from streams.core.clock import LAST, LEVELS, Aggregator, report
from streams.core.identity import IdentityRules
from streams.engine.due import DueIndex
from streams.engine.partition import Partition, partition_of
from streams.engine.store import StateStore
from streams.stages.customer import CustomerStage
from streams.stages.identify import identify
from streams.stages.step import Send, Step

WAKE_AT_MOST = 2_000  # families evaluated in one epoch, so that a tick after an outage does not stall or fill the memory


class Sink(Protocol):
    """Where published messages go, and what it could not write: already written as dead letters.

    Writing the same token and outputs twice changes nothing.
    """

    def write(self, token: str, outputs: Iterable[Published]) -> Sequence[DeadLetter]: ...


class EmbeddedEngine:
    """`accept` what ingest returned, `tick` to let time pass, `commit` to make it last."""

    def __init__(self, rules: IdentityRules, customers: CustomerStage, store: StateStore, sink: Sink, partitions: int = 4) -> None:
        self._rules, self._customers, self._store, self._sink = rules, customers, store, sink
        self._identify = [Partition("identify", p, store, decoder(IdentifierState).decode) for p in range(partitions)]
        self._customer = [Partition("customer", p, store, decoder(FamilyState).decode) for p in range(partitions)]
        self._due = [DueIndex() for _ in range(partitions)]
        self._aggregator = Aggregator(partitions)
        self._published: list[Published] = []
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="sink")
        self._writing: tuple[Future[Sequence[DeadLetter]], dict[tuple[str, str], bytes | None]] | None = None
        self.rejected = 0  # messages that the sink had to turn into dead letters
        self._load_due()

    def _load_due(self) -> None:
        for partition, due in zip(self._customer, self._due, strict=True):
            for family, state in partition.saved():
                due.put(family, state.dirty, self._customers.due(state))

    def accept(self, outputs: Iterable[Send | Published]) -> None:
        """Forward each message to its inbox and everything else to the sink."""
        for output in outputs:
            if isinstance(output, Send):
                stage = self._identify if output.stage == "identify" else self._customer
                stage[partition_of(output.key, len(stage))].inbox.append((output.key, output.message))
            else:
                self._published.append(output)

    def settle(self) -> None:
        """Work until every inbox is empty."""
        while any(p.inbox for p in self._identify) or any(p.inbox for p in self._customer):
            for partition in self._identify:
                self._drain(partition, self._identified)
            for partition in self._customer:
                self._drain(partition, self._touched)

    def _drain(self, partition: Partition, process: Callable[[Partition, str, Any], Step[Any]]) -> None:
        inbox = partition.inbox
        while inbox:
            key, message = inbox.popleft()
            self.accept(process(partition, key, message).outputs)

    def _identified(self, partition: Partition, key: str, message: Any) -> Step[Any]:
        before = partition.state(key)
        step = identify(self._rules, before, message)
        if step.state is not before:
            partition.put(key, step.state)
        return step

    def _touched(self, partition: Partition, key: str, message: Any) -> Step[Any]:
        before = partition.state(key)
        step = self._customers.process(before, message)
        self._keep(partition, key, before, step.state)
        return step

    def _keep(self, partition: Partition, family: str, before: FamilyState | None, after: FamilyState | None) -> None:
        if after is before or after is None:
            return
        partition.put(family, after)
        if before is None or before.dirty != after.dirty or before.due != after.due:
            self._due[partition.number].put(family, after.dirty, self._customers.due(after))

    def tick(self, clock: Clock, commit: Callable[[], None]) -> None:
        """Let time pass, level by level; at the last level evaluate every family that is dirty or due, some per epoch."""
        self.settle()
        ticks = self._aggregator.hear(Report(0, 0, clock))
        while ticks:
            tick = ticks[-1]
            if tick.level == LAST:
                self._evaluate(tick, commit)
            partitions = self._identify if LEVELS[tick.level] == "identify" else self._customer
            reports = [report(tick, partition.number) for partition in partitions]
            self.settle()
            ticks = tuple(following for r in reports for following in self._aggregator.hear(r))

    def _evaluate(self, tick: Tick, commit: Callable[[], None]) -> None:
        done = 0
        for partition, due in zip(self._customer, self._due, strict=True):
            for family in due.wake(tick.clock):
                before = partition.state(family)
                step = self._customers.evaluate(family, before, tick)
                self._keep(partition, family, before, step.state)
                self.accept(step.outputs)
                done += 1
                if done % WAKE_AT_MOST == 0:
                    self.settle()
                    commit()

    def commit(self, token: str, progress: bytes) -> None:
        """Outputs, then states and position: hand this epoch to the writer once the epoch before has been saved."""
        self.flush()
        changes: dict[tuple[str, str], bytes | None] = {("progress", "progress"): progress}
        for partition in (*self._identify, *self._customer):
            changes.update(partition.take_changes())
        published, self._published = self._published, []
        self._writing = self._writer.submit(self._sink.write, token, published), changes

    def flush(self) -> None:
        """Wait until the epoch that is being written is acknowledged, and save its states."""
        if self._writing is None:
            return
        written, changes = self._writing
        self.rejected += len(written.result())
        self._store.commit(changes)
        self._writing = None
        for partition in (*self._identify, *self._customer):
            partition.committed()

    def close(self) -> None:
        """Save what has been committed, and stop."""
        try:
            self.flush()
        finally:
            self._writer.shutdown(wait=True)
