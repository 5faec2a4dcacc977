"""The stages over partitioned logs, with everything that can go wrong between them.

Each stage partition reads one log in order and works in chunks of any length. The outputs of a chunk are appended to their logs
target by target, in order per target and in any order between targets; what is held, and what follows a tick, only once the rest is
acknowledged. Then states are saved, and the position perhaps. A crash may come at any point: outputs sent, any subset of the states
saved, the position not; the chunk is then repeated with other borders. Messages and states pass through the real codec. The aggregator
is one more stage.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, NamedTuple
from zlib import crc32

from schemas.clock import Report, Tick
from schemas.codec import decoder, encode
from schemas.identity import IdentifyMessage
from schemas.state import AggregatorState, CustomerMessage, FamilyState, IdentifierState
from streams.core.clock import LAST, LEVELS, hear, report
from streams.core.identity import IdentityRules
from streams.stages.customer import CustomerStage
from streams.stages.identify import identify
from streams.stages.step import Send

Partition = tuple[str, int]
TOO_MANY_STEPS = 60_000  # labels only go down, so every history ends long before
KEY = "aggregator"

read_identify = decoder(IdentifyMessage).decode
read_customer = decoder(CustomerMessage).decode
read_report = decoder(Report).decode
READ: dict[str, Callable[[bytes], Any]] = {"identify": read_identify, "customer": read_customer, "aggregator": read_report}
STATES = {"identify": decoder(IdentifierState), "customer": decoder(FamilyState), "aggregator": decoder(AggregatorState)}


class Weather(NamedTuple):
    """How rough it is."""

    crash: float = 0.15
    commit: float = 0.6  # how often the position is saved with the states
    chunk: int = 12  # messages at most
    flush: float = 0.6  # how often a chunk's outputs are appended in one go
    sources_first: float = 0.5  # how often sources run ahead of the stages
    crashes: int = 40  # at most


CALM = Weather(crash=0)


class Chunk:
    """Work in progress of one partition: states that changed, outputs by target, in phases."""

    def __init__(self, stage: str, saved: dict[str, bytes], length: int) -> None:
        self.stage, self.saved, self.length = stage, saved, length
        self.states: dict[str, Any] = {}
        self.changed: set[str] = set()
        self.outputs: dict[Any, list[Any]] = defaultdict(list)
        self.handed_over: dict[Any, list[Any]] = defaultdict(list)
        self.told: dict[Any, list[Any]] = defaultdict(list)  # identifiers, of where their family is
        self.after_tick: dict[Any, list[Any]] = defaultdict(list)

    def state(self, key: str) -> Any:
        if key not in self.states:
            saved = self.saved.get(key)
            self.states[key] = None if saved is None else STATES[self.stage].decode(saved)
        return self.states[key]

    def put(self, key: str, state: Any) -> None:
        if state is not self.state(key):
            self.states[key] = state
            self.changed.add(key)

    def phase_of(self, output: Any) -> dict[Any, list[Any]]:
        if self.stage != "customer" or not isinstance(output, Send):
            return self.outputs
        return self.handed_over if output.stage == "customer" else self.told

    @property
    def phases(self) -> Sequence[dict[Any, list[Any]]]:
        return (self.outputs, self.handed_over, self.told, self.after_tick)

    @property
    def waiting(self) -> dict[Any, list[Any]]:
        return next(filter(None, self.phases), {})


class Simulation:
    """Run sources through the stages until nothing moves any more."""

    def __init__(
        self, random: Random, rules: IdentityRules, customers: CustomerStage, sources: tuple[tuple[Any, ...], ...], weather: Weather
    ) -> None:
        self.random, self.rules, self.customers, self.weather = random, rules, customers, weather
        self.counts = {
            "source": len(sources), "identify": random.randint(1, 4), "customer": random.randint(1, 4), "aggregator": 1,
        }  # fmt: skip
        partitions = [(stage, n) for stage, count in self.counts.items() for n in range(count)]
        self.logs: dict[Partition, list[Any]] = {partition: [] for partition in partitions}
        self.position = dict.fromkeys(partitions, 0)
        self.committed = dict.fromkeys(partitions, 0)
        self.saved: dict[Partition, dict[str, bytes]] = {partition: {} for partition in partitions}
        self.running: dict[Partition, Chunk] = {}
        self.published: list[Any] = []
        self.crashes = self.steps = 0
        for n, messages in enumerate(sources):
            self.logs["source", n] = list(messages)

    def run(self) -> "Simulation":
        while self._step():
            assert self.steps < TOO_MANY_STEPS, "the messages go round in circles"
        return self

    def states(self) -> dict[str, FamilyState]:
        """Every family, as saved."""
        return {
            label: STATES["customer"].decode(value)
            for n in range(self.counts["customer"])
            for label, value in self.saved["customer", n].items()
        }

    def _step(self) -> bool:
        idle = [p for p, log in self.logs.items() if p not in self.running and self.position[p] < len(log)]
        able = idle + list(self.running)
        if not able:
            return False
        stages = [p for p in able if p[0] != "source"]
        if stages and self.random.random() >= self.weather.sources_first:
            able = stages
        self._advance(self.random.choice(able))
        return True

    def _advance(self, partition: Partition) -> None:
        crash = self.crashes < self.weather.crashes and self.random.random() < self.weather.crash
        chunk = self.running.get(partition)
        if chunk is None:
            chunk = self.running[partition] = self._work(partition)
            if crash and self.random.random() < 0.3:
                return self._crash(partition)
        if chunk.waiting:
            self._send(chunk)
            if chunk.waiting:
                return self._crash(partition) if crash else None
        torn = crash and self.random.random() < 0.6
        for key in sorted(chunk.changed):
            if not (torn and self.random.random() < 0.5):
                self.saved[partition][key] = encode(chunk.states[key])
        if crash:
            return self._crash(partition)
        del self.running[partition]
        self.position[partition] += chunk.length
        if self.random.random() < self.weather.commit:
            self.committed[partition] = self.position[partition]
        return None

    def _crash(self, partition: Partition) -> None:
        self.crashes += 1
        del self.running[partition]
        self.position[partition] = self.committed[partition]

    def _work(self, partition: Partition) -> Chunk:
        stage, number = partition
        start = self.position[partition]
        messages = self.logs[partition][start : start + self.random.randint(1, self.weather.chunk)]
        chunk = Chunk(stage, self.saved[partition], len(messages))
        for position, (key, message) in enumerate(messages if stage != "source" else [("", m) for m in messages], start):
            self.steps += 1
            if stage == "source":
                self._emit(chunk, message)
            elif stage == "aggregator":
                self._aggregate(chunk, read_report(message))
            else:
                self._handle(chunk, number, key, READ[stage](message), position)
        return chunk

    def _emit(self, chunk: Chunk, message: Any) -> None:
        """What ingest does with a touchpoint, a retraction, and the clock of its sources."""
        if isinstance(message, Report):
            chunk.after_tick["aggregator", 0].append(("", message))
        else:
            self._put(chunk, Send("identify", _key(message), message))

    def _aggregate(self, chunk: Chunk, message: Report) -> None:
        expected = self.counts[LEVELS[message.level - 1] if message.level else "source"]
        state, ticks = hear(chunk.state(KEY) or AggregatorState(), message, expected)
        chunk.put(KEY, state)
        for tick in ticks:
            for n in range(self.counts[LEVELS[tick.level]]):
                chunk.after_tick[LEVELS[tick.level], n].append(("", tick))

    def _handle(self, chunk: Chunk, number: int, key: str, message: Any, position: int) -> None:
        if not isinstance(message, Tick):
            before = chunk.state(key)
            if chunk.stage == "identify":
                self._keep(chunk, key, identify(self.rules, before, message))
            else:
                self._keep(chunk, key, self.customers.process(before, message, position))
        elif message.level < LAST:
            chunk.after_tick["aggregator", 0].append(("", report(message, number)))
        else:
            for family in sorted({*chunk.saved, *chunk.states}):
                state = chunk.state(family)
                if self.customers.is_due(state, message.clock):
                    self._keep(chunk, family, self.customers.evaluate(family, state, message, position))

    def _keep(self, chunk: Chunk, key: str, step: Any) -> None:
        if step.state is not None:
            chunk.put(key, step.state)
        for output in step.outputs:
            self._put(chunk, output)

    def _put(self, chunk: Chunk, output: Any) -> None:
        targets = chunk.phase_of(output)
        if isinstance(output, Send):
            partition = crc32(output.key.encode()) % self.counts[output.stage]
            targets[output.stage, partition].append((output.key, output.message))
        else:
            targets["sink", type(output)].append(output)

    def _send(self, chunk: Chunk) -> None:
        """Append some outputs: per target in order, targets in any order, those after a tick last."""
        if self.random.random() < self.weather.flush:
            for phase in chunk.phases:
                for target in list(phase):
                    self._append(target, phase.pop(target))
            return
        phase = chunk.waiting
        targets = list(phase)
        for target in self.random.sample(targets, self.random.randint(1, len(targets))):
            some = self.random.randint(1, len(phase[target]))
            self._append(target, phase[target][:some])
            del phase[target][:some]
            if not phase[target]:
                del phase[target]

    def _append(self, target: Any, outputs: list[Any]) -> None:
        if target[0] == "sink":
            self.published += outputs
        else:
            self.logs[target] += [(key, encode(message)) for key, message in outputs]


def _key(message: Any) -> str:
    if hasattr(message, "touchpoint"):
        first: str = message.touchpoint.ids[message.skip]
        return first
    key: str = message.identifier if hasattr(message, "identifier") else message.a
    return key
