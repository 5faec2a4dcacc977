"""One customer in front of the court: the rules are heard one after another, those that build on others after them."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from schemas.clock import Clock
from schemas.touchpoint import NEVER, Touchpoint
from streams.core.rules.dossier import ORDER, Dossier, Heard
from streams.core.rules.finding import Finding
from streams.core.rules.grouping import Grouped
from streams.core.rules.judge import Judge
from streams.core.rules.raised import raised

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
    """Collects what the rules say; `cut` asks them what they would still need if everything before it were forgotten."""

    def __init__(self, dossier: Dossier, clock: Clock, past: Past | None = None, cut: int | None = None) -> None:
        self._dossier, self._clock, self._past, self._cut = dossier, clock, past, cut
        self.types = dossier.types
        self.matters = dossier.matters if past is None else dossier.matters_with(past.touchpoints())
        self.where = self.matters  # and those of findings that other rules see as touchpoints
        self._by_id: dict[str, Touchpoint] = {}
        self._clocks: dict[tuple[str, ...], int] = {}
        self._wakes: dict[frozenset[str], int] = {}
        self.findings: dict[str, Sequence[Finding]] = {}  # by rule, as far as it was heard
        self.held: list[Finding] = []
        self.kept: dict[str, list[Touchpoint]] = {}  # by rule: what it needs of what is before the cut

    @property
    def wakes(self) -> tuple[Wake, ...]:
        """Per set of departments the next instant of their clock at which an answer can change."""
        return tuple((hears, at) for hears, at in self._wakes.items() if at < NEVER)

    def hear(self, judge: Judge, types: Collection[str]) -> None:
        """What one rule says, which `types` of touchpoints concern; the rules that it builds on have been heard."""
        now = self._clocks.get(judge.hears)
        if now is None:
            now = self._clocks[judge.hears] = self._clock.of(judge.hears)
        if self._cut is not None:
            self._fold(judge, types, now, self._cut)
            return
        if self._is_remembered(judge):
            said = self._dossier.said(judge, types, now, self._clock.now)
        else:
            said = Heard(judge, self._anew(judge, types)).said(now, self._clock.now)
        self.findings[judge.name] = said.findings
        if said.until < NEVER:
            self.wake(judge.listeners, said.until)
        if judge.is_held:
            self.held += said.held
            self.wake(NOBODY, said.until_wall)

    def grouped(self, judge: Judge, types: Collection[str]) -> Grouped:
        """The touchpoints of those types, as whoever asks the rule before a contact sees them."""
        return self._dossier.grouped(judge, types) if self._is_remembered(judge) else self._anew(judge, types)

    def _is_remembered(self, judge: Judge) -> bool:
        """What others have found is not in the dossier, and neither is what is left of older touchpoints."""
        return self._past is None and not judge.builds_on

    def _anew(self, judge: Judge, types: Collection[str]) -> Grouped:
        """The touchpoints of those types, and what is left of older ones, and what the rules found that this one builds on."""
        mine: Sequence[Touchpoint] = [t for t in self._dossier.touchpoints if t.type in types]
        if self._past is not None and judge.name in self._past.kept:
            mine = sorted([*self._past.kept[judge.name], *mine], key=ORDER)
        return judge.grouping(self._with_upstream(judge, mine) if judge.builds_on else mine, self.where)

    def wake(self, hears: frozenset[str], at: int) -> None:
        """An answer can change once their clock reaches that instant."""
        self._wakes[hears] = min(at, self._wakes.get(hears, NEVER))

    def _fold(self, judge: Judge, types: Collection[str], now: int, cut: int) -> None:
        hearings = [judge.hear(group, now, cut) for group in self._anew(judge, types).groups.values()]
        self.findings[judge.name] = [finding for hearing in hearings for finding in hearing.findings]
        self.kept[judge.name] = [t for hearing in hearings for t in hearing.keep]

    def _with_upstream(self, judge: Judge, own: Sequence[Touchpoint]) -> Sequence[Touchpoint]:
        """The rule's own touchpoints, and the findings of the rules that it builds on as touchpoints."""
        virtual: list[Touchpoint] = []
        for upstream, kinds in judge.builds_on:
            for finding in self.findings.get(upstream.name, ()):
                if finding.level == "broken":
                    virtual += [t for t in self._raise(finding, upstream) if t.type in kinds]
        return sorted([*own, *virtual], key=ORDER) if virtual else own

    def _raise(self, finding: Finding, judge: Judge) -> list[Touchpoint]:
        if not self._by_id:
            self._by_id = {t.event_id: t for t in self._past.touchpoints()} if self._past is not None else {}
            self._by_id |= self._dossier.by_id
            self.where = dict(self.matters)
        since = -NEVER if self._past is None else self._past.cut
        virtual = [t for t in raised(finding, judge, self._by_id[finding.anchor]) if t.at >= since]
        for t in virtual:
            self._by_id[t.event_id] = t
            if finding.anchor in self.where:
                self.where[t.event_id] = self.where[finding.anchor]
        return virtual
