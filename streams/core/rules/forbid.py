"""forbid: `what` must not happen after a span opened (not-response), or before something (precedence).

Precedence waits until those concerned are complete, because a late touchpoint could make it innocent.
"""

from bisect import bisect_left
from collections.abc import Sequence

from schemas.rule import Forbid, Rule
from schemas.touchpoint import Touchpoint
from streams.core.calendar import Always
from streams.core.rules.field import single
from streams.core.rules.finding import Hearing
from streams.core.rules.life import life_of
from streams.core.rules.spans import Span, after, first, no_key, shares, spans
from streams.core.rules.verb import Context, Verb


class ForbidVerb(Verb):
    """See `schemas.rule.Forbid`."""

    ending = ("until", "before")

    def __init__(self, name: str, rule: Rule, spec: Forbid, calendar: Always, context: Context) -> None:
        super().__init__(name, rule, spec, calendar, context)
        self._spec = spec
        self._each = single(spec.each) if spec.each else no_key
        self._life = life_of(spec, calendar, context.timezone)

    @property
    def needs(self) -> tuple[str, ...]:
        return ("what",) if self._spec.before else ("what", "after")

    def listens_to(self) -> tuple[str, ...]:
        return super().listens_to() or ("after",)  # one more that opens would prolong the span

    @property
    def least(self) -> int:
        return self._spec.times if self._spec.before else self._spec.times + 1  # one that opens

    def judge(self, group: Sequence[Touchpoint], hearing: Hearing) -> None:
        what = [t for t in group if self.roles["what"](t)]
        if self._spec.before:
            self._precedence(group, what, hearing)
        elif what or hearing.cut is not None:
            for span in spans(group, self.roles["after"], self.role("until"), self._each, self._life):
                self._inside(span, what, hearing)

    def _precedence(self, group: Sequence[Touchpoint], what: list[Touchpoint], hearing: Hearing) -> None:
        enders = first([t for t in group if self.roles["before"](t)])
        hits = [t for t in what if all(after(e, t) and e.at >= t.at + self.grace for e in enders)]
        if hearing.cut is not None:
            hearing.keep += enders or hits
        hits = self.known(hits, hearing, self.grace)
        if len(hits) >= self._spec.times:
            since = hits[self._spec.times - 1].at + self.grace
            self.found(hearing, hits[0], since, enders[0].at if enders else None, hits, enders)

    def _inside(self, span: Span, what: list[Touchpoint], hearing: Hearing) -> None:
        opener, hits = span.members[0], []
        for t in what[bisect_left(what, opener.at, key=_at) :]:
            if t.at > span.end:
                break
            if t.at >= opener.at + self.grace and span.holds(t) and not (self._spec.others and self._is_own(t, span)):
                hits.append(t)
        if hearing.cut is not None and span.end >= hearing.cut:
            hearing.keep += [*span.members, *hits]
        hits = self.known(hits, hearing, self.grace)
        if len(hits) >= self._spec.times:
            self.found(hearing, opener, hits[self._spec.times - 1].at, self.over(span, hearing), hits, span.events)

    def _is_own(self, t: Touchpoint, span: Span) -> bool:
        each = self._each(t)
        return each == span.key if each is None else shares(each, span.key)


def _at(t: Touchpoint) -> int:
    return t.at
