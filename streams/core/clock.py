"""How time reaches every partition: the aggregator takes the lowest clock of all reporters and starts the levels one after another.

A tick passes through `identify` twice and `customer` twice, because a touchpoint may be re-keyed once (its anchor turned out toxic) and
forwarded once (its family has moved) before it arrives. A partition reports a tick only after everything it sent before is
acknowledged; the next level starts when all have reported. Only at the last level are families evaluated.
"""

from schemas.clock import Clock, Report, Tick
from schemas.state import AggregatorState, Level

LEVELS = ("identify", "identify", "customer", "customer")
LAST = len(LEVELS) - 1


def report(tick: Tick, partition: int) -> Report:
    """What a partition says once it has handled a tick and its outputs are acknowledged."""
    return Report(tick.level + 1, partition, tick.clock)


def hear(state: AggregatorState, message: Report, expected: int) -> tuple[AggregatorState, tuple[Tick, ...]]:
    """Take in a report; the last of `expected` partitions to report starts the level, with the lowest clock of all.

    Ticks go on when time stands still, because a family that waits for the rest of a hand-over is evaluated by the next one.
    Level 0 ticks once per round of reports, however many sources there are; a later level as soon as time has gone on, so that a
    partition that is one report ahead costs the others no round.
    """
    if message.level > LAST:
        return state, ()
    level = state.levels.get(message.level, Level())
    clocks = {**level.clocks, message.partition: later(level.clocks.get(message.partition), message.clock)}
    heard = tuple(sorted({*level.heard, message.partition}))
    low = lowest(clocks)
    went_on = message.level > 0 and len(clocks) == expected and low != level.last
    starts = len(heard) == expected or went_on
    after = Level(clocks, (), low) if starts else Level(clocks, heard, level.last)
    ticks = (Tick(message.level, low),) if starts else ()
    return AggregatorState({**state.levels, message.level: after}), ticks


class Aggregator:
    """The state between two reports, for a runner that keeps it in memory."""

    def __init__(self, partitions: int, sources: int = 1, state: AggregatorState | None = None) -> None:
        self._partitions, self._sources = partitions, sources
        self.state = state or AggregatorState()

    def hear(self, message: Report) -> tuple[Tick, ...]:
        """See `hear`: level 0 is reported by the source partitions, every other by those of the stage before it."""
        self.state, ticks = hear(self.state, message, self._partitions if message.level else self._sources)
        return ticks


def later(old: Clock | None, new: Clock) -> Clock:
    """A clock never goes back: reports are repeated after a crash. What is history belongs to `now`: who goes live is live from then on."""
    if old is None:
        return new
    departments = dict(old.departments)
    for name, at in new.departments.items():
        departments[name] = max(at, departments.get(name, at))
    live_since = min(old.live_since, new.live_since) if old.now == new.now else max(old, new, key=_now).live_since
    return Clock(max(old.now, new.now), departments, live_since)


def lowest(clocks: dict[int, Clock]) -> Clock:
    """Complete up to: what all reporters agree on. One that has no source in a department does not mention it."""
    departments: dict[str, int] = {}
    for clock in clocks.values():
        for name, at in clock.departments.items():
            departments[name] = min(at, departments.get(name, at))
    now = min(clock.now for clock in clocks.values())
    return Clock(now, departments, max(clock.live_since for clock in clocks.values() if clock.now == now))


def _now(clock: Clock) -> int:
    return clock.now


def is_ahead(clock: Clock, tick: Clock) -> bool:
    """Was a later tick seen here already? Then this one is a replay. A department without a source is complete up to `now`."""
    return clock.now > tick.now or any(at > tick.departments.get(name, tick.now) for name, at in clock.departments.items())
