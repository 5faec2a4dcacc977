"""forbid: `what` must not happen after a span opened (not-response), or before something (precedence).

What is forbidden may end spans itself, as a ticket that is opened again does. Then it is about the spans that it ends, and breaks the
rule in no other: spans told apart by `each` have nothing to do with each other's ends. `others` is about other spans by definition.

Precedence waits until those concerned are complete, because a late touchpoint could make it innocent.
"""

from bisect import bisect_left
from collections.abc import Collection, Hashable, Iterator, Sequence
from typing import Any

from schemas.rule import Forbid, Rule
from schemas.touchpoint import NEVER, Touchpoint
from streams.core.calendar import Always
from streams.core.rules.field import single
from streams.core.rules.finding import Hearing
from streams.core.rules.life import life_of
from streams.core.rules.spans import Span, after, first, no_key, shares, spans
from streams.core.rules.stretch import Stretch
from streams.core.rules.verb import Context, Verb


class ForbidVerb(Verb):
    """See `schemas.rule.Forbid`."""

    ending = ("until", "before")

    def __init__(self, name: str, rule: Rule, spec: Forbid, calendar: Always, context: Context) -> None:
        super().__init__(name, rule, spec, calendar, context)
        self._spec = spec
        self._each = single(spec.each) if spec.each else no_key
        self._ends = self.role("until")
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

    def each_of(self, t: Touchpoint) -> tuple[Hashable, bool]:
        """What tells the spans that this touchpoint can break the rule in from others: its value, and whether it ends spans."""
        return self._each(t), self._ends(t)

    def stretches(self, group: Sequence[Touchpoint], eaches: Collection[Any], now: int) -> Iterator[tuple[Stretch, Collection[Any]]]:
        """When, from `now` on at least, one more `what` would break the rule, were there no grace; and which of `eaches` it may have.

        Grace is for those who could not know; whoever asks before the contact knows.
        """
        what = [t for t in group if self.roles["what"](t)] if self._spec.times > 1 else []
        if self._spec.before:
            yield from ((stretch, eaches) for stretch in self._until_it_has_happened(group, what, now))
            return
        for span in spans(group, self.roles["after"], self.role("until"), self._each, self._life):
            last = span.end - 1 if span.closers else span.end
            if last >= now and len(self._hits(span, what, grace=0)) + 1 >= self._spec.times:
                mine = [whose for whose in eaches if self._concerns(whose[0], whose[1], span)]
                yield Stretch(span.members[0].at + 1, last, span.end, (span.members[0],)), mine

    def _until_it_has_happened(self, group: Sequence[Touchpoint], what: list[Touchpoint], now: int) -> Iterator[Stretch]:
        enders = first([t for t in group if self.roles["before"](t)])
        if enders and enders[0].at <= now:
            return
        if len([t for t in what if all(after(e, t) for e in enders)]) + 1 >= self._spec.times:
            yield Stretch(-NEVER, enders[0].at - 1, enders[0].at, ()) if enders else Stretch(-NEVER, NEVER, NEVER, ())

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
        opener, hits = span.members[0], self._hits(span, what, self.grace)
        if hearing.cut is not None and span.end >= hearing.cut:
            hearing.keep += [*span.members, *hits]
        hits = self.known(hits, hearing, self.grace)
        if len(hits) >= self._spec.times:
            self.found(hearing, opener, hits[self._spec.times - 1].at, self.over(span, hearing), hits, span.events)

    def _hits(self, span: Span, what: list[Touchpoint], grace: int) -> list[Touchpoint]:
        opener, hits = span.members[0], []
        for t in what[bisect_left(what, opener.at, key=_at) :]:
            if t.at > span.end:
                break
            if t.at >= opener.at + grace and span.holds(t) and self._concerns(*self.each_of(t), span):
                hits.append(t)
        return hits

    def _concerns(self, each: Hashable, ends: bool, span: Span) -> bool:
        """Can a touchpoint of that `each_of` break the rule in this span?"""
        if self._spec.others:
            return each != span.key if each is None else not shares(each, span.key)
        return not ends or shares(each, span.key)


def _at(t: Touchpoint) -> int:
    return t.at
