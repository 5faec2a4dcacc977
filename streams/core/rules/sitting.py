"""One customer in front of the court: the rules are heard one after another, those that build on others after them."""

from collections.abc import Collection, Sequence
from operator import attrgetter
from typing import NamedTuple

from schemas.clock import Clock
from schemas.touchpoint import NEVER, Touchpoint
from streams.core.history import matters
from streams.core.rules.finding import Finding
from streams.core.rules.judge import Judge, Verdict
from streams.core.rules.raised import raised

ORDER = attrgetter("at", "seq", "event_id")  # as `Touchpoint.order`, three times as fast
NOBODY = frozenset[str]()  # a wake that listens to nobody's clock but to `now`: the next deadline that a silence can pass

Wake = tuple[frozenset[str], int]


class Past(NamedTuple):
    """What is left of the history before `cut`."""

    cut: int
    kept: dict[str, list[Touchpoint]]  # rule -> touchpoints that it still needs
    links: tuple[Touchpoint, ...]  # touchpoints that tie refs into matters

    def touchpoints(self) -> list[Touchpoint]:
        """Each once; what rules keep is narrowed to what they need, so the links come first."""
        known = [*self.links, *(t for kept in self.kept.values() for t in kept)]
        return list({t.event_id: t for t in reversed(known)}.values())


class Sitting:
    """Collects the verdicts; `cut` asks the rules what they would still need if everything before it were forgotten."""

    def __init__(
        self, touchpoints: Sequence[Touchpoint], clock: Clock, kinds: Collection[str], past: Past | None = None, cut: int | None = None
    ) -> None:
        self._own, self._clock, self._past, self._cut = touchpoints, clock, past, cut
        self.types = frozenset([t.type for t in touchpoints])
        self._known = touchpoints if past is None else [*past.touchpoints(), *touchpoints]
        self.matters = matters(self._known, kinds)
        self.where = self.matters  # and those of findings that other rules see as touchpoints
        self._by_id: dict[str, Touchpoint] = {}
        self._clocks: dict[tuple[str, ...], int] = {}
        self._wakes: dict[frozenset[str], int] = {}
        self.verdicts: dict[str, Verdict] = {}
        self.held: list[Finding] = []

    @property
    def wakes(self) -> tuple[Wake, ...]:
        """Per set of departments the next instant of their clock at which an answer can change."""
        return tuple((hears, at) for hears, at in self._wakes.items() if at < NEVER)

    def hear(self, judge: Judge, types: Collection[str]) -> None:
        """The verdict of one rule, which `types` of touchpoints concern; the rules that it builds on have been heard."""
        mine = self.concerning(judge, types)
        if len(mine) < judge.least and self._cut is None:
            return
        now = self._clocks.get(judge.hears)
        if now is None:
            now = self._clocks[judge.hears] = self._clock.of(judge.hears)
        verdict = self.verdicts[judge.name] = judge(mine, now, self.where, self._cut)
        if verdict.wakes:
            self.wake(frozenset(judge.hears), verdict.wake_after(now))
            if judge.kind == "expect":
                self._on_the_wall(judge, mine, verdict, now)

    def concerning(self, judge: Judge, types: Collection[str]) -> Sequence[Touchpoint]:
        """The touchpoints of those types, and what is left of older ones, and what the rules found that this one builds on."""
        mine: Sequence[Touchpoint] = [t for t in self._own if t.type in types]
        if self._past is not None and judge.name in self._past.kept:
            mine = sorted([*self._past.kept[judge.name], *mine], key=ORDER)
        return self._with_upstream(judge, mine) if judge.builds_on else mine

    def wake(self, hears: frozenset[str], at: int) -> None:
        """An answer can change once their clock reaches that instant."""
        self._wakes[hears] = min(at, self._wakes.get(hears, NEVER))

    def _on_the_wall(self, judge: Judge, mine: Sequence[Touchpoint], verdict: Verdict, now: int) -> None:
        """What would be found if the clock of those whom the rule hears did not stand behind `now`.

        Only what is broken is held, a deadline that has passed; and nothing builds on it, because nobody knows it yet.
        """
        if any(now < at <= self._clock.now for at in verdict.wakes):
            broken = {finding.id for finding in verdict.findings if finding.level == "broken"}
            verdict = judge(mine, self._clock.now, self.where)
            self.held += [f for f in verdict.findings if f.level == "broken" and f.id not in broken]
        self.wake(NOBODY, verdict.wake_after(self._clock.now))

    def _with_upstream(self, judge: Judge, own: Sequence[Touchpoint]) -> Sequence[Touchpoint]:
        """The rule's own touchpoints, and the findings of the rules that it builds on as touchpoints."""
        virtual: list[Touchpoint] = []
        for upstream, kinds in judge.builds_on:
            for finding in self.verdicts[upstream.name].findings if upstream.name in self.verdicts else ():
                if finding.level == "broken":
                    virtual += [t for t in self._raise(finding, upstream) if t.type in kinds]
        return sorted([*own, *virtual], key=ORDER) if virtual else own

    def _raise(self, finding: Finding, judge: Judge) -> list[Touchpoint]:
        if not self._by_id:
            self._by_id = {t.event_id: t for t in self._known}
            self.where = dict(self.matters)
        since = -NEVER if self._past is None else self._past.cut
        virtual = [t for t in raised(finding, judge, self._by_id[finding.anchor]) if t.at >= since]
        for t in virtual:
            self._by_id[t.event_id] = t
            if finding.anchor in self.where:
                self.where[t.event_id] = self.where[finding.anchor]
        return virtual
