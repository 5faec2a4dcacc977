"""expect: what `after` opens, `then` must close in time.

It is violated only when the clock of those whom the rule hears has passed the due time: a silent source proves nothing. The finding
lasts until the answer comes after all (late: resolved with its lateness). A response at the due instant is on time.
"""

from collections.abc import Sequence

from schemas.alert import Level
from schemas.rule import Expect, Rule
from schemas.touchpoint import NEVER, Touchpoint
from streams.core.calendar import Always, duration, named_instant
from streams.core.rules.field import reader
from streams.core.rules.finding import Finding, Hearing
from streams.core.rules.spans import Span, after, first, spans
from streams.core.rules.verb import Context, Verb


class ExpectVerb(Verb):
    """See `schemas.rule.Expect`."""

    ending = ("then", "unless", "pause", "go")

    def __init__(self, name: str, rule: Rule, spec: Expect, calendar: Always, context: Context) -> None:
        super().__init__(name, rule, spec, calendar, context)
        self._spec = spec
        self._opens = self.roles["after"]
        self._closes = self.any_of(("then", "unless"))
        self._by = reader(spec.by) if spec.by else None
        self._within = calendar.adding(spec.within) if spec.within else None
        self._runs = duration(spec.within) if spec.within else 0
        self._grace = calendar.adding(spec.grace) if spec.grace else None
        self._warn = duration(spec.warn) if spec.warn else 0

    @property
    def needs(self) -> tuple[str, ...]:
        return ("after",)

    def judge(self, group: Sequence[Touchpoint], hearing: Hearing) -> None:
        early = first([t for t in group if self._closes(t)]) if self._spec.anytime else []
        still = spans(group, self.roles["pause"], self.roles["go"]) if self._spec.pause else []
        if hearing.cut is not None:
            hearing.keep += early
            hearing.keep += [t for pause in still if pause.end >= hearing.cut for t in pause.events]
        for span in spans(group, self._opens, self._closes):
            opener = span.members[0]
            if early and any(not after(e, opener) for e in early):
                continue
            if hearing.cut is not None and span.end >= hearing.cut:
                hearing.keep += [*span.members, *(t for pause in still if pause.end >= opener.at for t in pause.events)]
            self._judge(span, still, hearing)

    def _judge(self, span: Span, still: list[Span], hearing: Hearing) -> None:
        opener, end = span.members[0], span.end
        due = min([self._due(t, still) for t in span.members])
        levels: list[tuple[int, Level]] = [(due, "broken")]
        if self._warn and due < NEVER:
            levels.append((max(self.calendar.when(self.calendar.worked(due) - self._warn), opener.at), "at_risk"))
        for at, level in levels:
            if end <= at:
                continue
            hearing.wakes.append(at)
            if at <= hearing.now:
                evidence = frozenset([t.event_id for t in span.events])
                hit = ((opener.event_id, at),)  # what broke the rule is that nothing had come by then
                until = end if span.closers else None
                hearing.findings.append(Finding(self.name, hearing.key, opener.event_id, level, at, until, hit, evidence, 1))
                return

    def _due(self, t: Touchpoint, still: list[Span]) -> int:
        promised = self._by(t) if self._by is not None else None
        due = named_instant(promised, self.timezone) if promised is not None else None
        if due is not None:
            due = self._grace(due) if self._grace is not None else due
        elif self._within is None:
            return NEVER
        elif still:
            due = self._paused(t.at, self._runs, still)
        else:
            due = self._within(t.at)
        return max(t.at, self.calendar.end_of_day(due) if self._spec.end_of and due < NEVER else due)

    def _paused(self, start: int, left: int, still: list[Span]) -> int:
        """Walk the running stretches between the pauses until the working time is used up."""
        for pause in still:
            begin, end = pause.members[0].at, pause.end
            if end <= start:
                continue
            if begin > start:
                ran = self.calendar.between(start, begin)
                if ran >= left:
                    break
                left -= ran
            if end >= NEVER:
                return NEVER
            start = end
        return self.calendar.when(self.calendar.worked(start) + left)
