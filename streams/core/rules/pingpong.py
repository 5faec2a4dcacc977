"""pingpong: the holder goes A, B, A.

Consecutive touchpoints of one holder are one holding; unknown and ignored holders do not break a ping-pong. `within` runs from A's
last touch to A's return.
"""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

from schemas.rule import PingPong, Rule
from schemas.touchpoint import NEVER, Touchpoint
from streams.core.calendar import Always, duration
from streams.core.rules.field import single
from streams.core.rules.finding import Hearing
from streams.core.rules.spans import Span, spans
from streams.core.rules.verb import Context, Verb


class Holding(NamedTuple):
    """A run of touchpoints of one holder."""

    holder: Hashable
    first: Touchpoint
    last: Touchpoint


class Return(NamedTuple):
    """A has it again: the touchpoint, A's last one before, and the first one of whoever had it then."""

    again: Touchpoint
    let_go: Touchpoint
    taken: Touchpoint


class PingPongVerb(Verb):
    """See `schemas.rule.PingPong`."""

    ending = ("until", "what")

    def __init__(self, name: str, rule: Rule, spec: PingPong, calendar: Always, context: Context) -> None:
        super().__init__(name, rule, spec, calendar, context)
        self._spec = spec
        self._holder = single(spec.holder)
        self._ignored = frozenset(spec.ignore)
        self._within = duration(spec.within) if spec.within else NEVER
        self._until = calendar.adding(spec.within) if spec.within and spec.within[-1] in "dw" else None

    @property
    def least(self) -> int:
        return self._spec.times + 2  # A, B, and one for each return

    def judge(self, group: Sequence[Touchpoint], hearing: Hearing) -> None:
        for span in spans(group, self.roles["what"], self.role("until")):
            holdings = self._holdings(span)
            returns = self._returns(holdings)
            hits = self.known([r.again for r in returns], hearing)
            if len(hits) >= self._spec.times:
                more = [t for r in returns[: len(hits)] for t in (r.let_go, r.taken)] + span.closers
                self.found(hearing, hits[0], hits[self._spec.times - 1].at, span.end if span.closers else None, hits, more)
            if hearing.cut is not None and span.end >= hearing.cut:
                hearing.keep += [span.members[0], *(t for h in holdings for t in (h.first, h.last))]

    def _holdings(self, span: Span) -> list[Holding]:
        runs: list[Holding] = []
        for t in span.members:
            holder = self._holder(t)
            if holder is None or holder in self._ignored:
                continue
            if runs and runs[-1].holder == holder:
                runs[-1] = Holding(holder, runs[-1].first, t)
            else:
                runs.append(Holding(holder, t, t))
        return runs

    def _returns(self, runs: list[Holding]) -> list[Return]:
        found: list[Return] = []
        had: dict[Hashable, int] = {}
        for i, run in enumerate(runs):
            j = had.get(run.holder)
            if j is not None and (not self._spec.direct or j == i - 2) and self._soon(runs[j].last, run.first):
                found.append(Return(run.first, runs[j].last, runs[j + 1].first))
            had[run.holder] = i
        return found

    def _soon(self, let_go: Touchpoint, again: Touchpoint) -> bool:
        if self._until is not None:
            return again.at <= self._until(let_go.at)
        return self._within >= NEVER or self.calendar.between(let_go.at, again.at) <= self._within
