"""limit: at most n going on at once, or within a time.

Every `what` opens a span, one per value of `each`. Without `each` it is its own, and what comes of `until` ends them all. While more than
`at_most` are alive there is an episode, and an episode is one finding: its first hit is the anchor, later hits update it.
"""

from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass, field

from schemas.rule import Limit, Rule
from schemas.touchpoint import NEVER, Touchpoint
from streams.core.calendar import Always
from streams.core.rules.field import single
from streams.core.rules.finding import Finding, Hearing
from streams.core.rules.life import life_of
from streams.core.rules.spans import Span, no_key, spans
from streams.core.rules.stretch import Stretch
from streams.core.rules.verb import Context, Verb

ENDED, BEGAN, RAN_OUT = 0, 1, 2  # in this order inside one instant


@dataclass(slots=True)
class Episode:
    """While too many were alive."""

    seen: set[int]  # spans that were alive in it
    hits: list[Touchpoint] = field(default_factory=list)
    over: list[int] = field(default_factory=list)  # by how many, at each hit
    last: Span | None = None  # with whose end it ended


class LimitVerb(Verb):
    """See `schemas.rule.Limit`."""

    ending = ("until", "what")

    def __init__(self, name: str, rule: Rule, spec: Limit, calendar: Always, context: Context) -> None:
        super().__init__(name, rule, spec, calendar, context)
        self._spec = spec
        self._each = single(spec.each) if spec.each else _event_id
        self._ends = self._each if spec.each else no_key
        self._life = life_of(spec, calendar, context.timezone)

    @property
    def least(self) -> int:
        return self._spec.at_most + 1

    def judge(self, group: Sequence[Touchpoint], hearing: Hearing) -> None:
        found = self._spans(group)
        if len(found) <= self._spec.at_most and hearing.cut is None:
            return
        for episode in self._episodes(found):
            self._judge(episode, found, hearing)
        if hearing.cut is not None:
            hearing.keep += [t for span in found if span.end >= hearing.cut for t in span.members]

    def _spans(self, group: Sequence[Touchpoint]) -> list[Span]:
        return spans(group, self.roles["what"], self.role("until"), self._each, self._life, self._ends)

    def each_of(self, t: Touchpoint) -> Hashable:
        """What tells this touchpoint's span from others."""
        return self._each(t)

    def stretches(
        self, group: Sequence[Touchpoint], eaches: Collection[Hashable], now: int
    ) -> Iterator[tuple[Stretch, Collection[Hashable]]]:
        """See `ForbidVerb.stretches`."""
        if len(group) < self._spec.at_most:
            return
        found = [span for span in self._spans(group) if _last(span) >= now]
        if len(found) < self._spec.at_most:
            return
        begins = [span.members[0].at for span in found if span.members[0].at > now]
        edges = sorted({now, *begins, *[_last(span) + 1 for span in found if _last(span) < NEVER]})
        alive = [(at, [span for span in found if span.members[0].at <= at <= _last(span)]) for at in edges]
        joining = {span.key for span in found}.intersection(eaches)
        for together in ([each for each in eaches if each not in joining], *[[each] for each in eaches if each in joining]):
            if together:
                yield from ((stretch, together) for stretch in self._full(alive, together[0]))

    def _full(self, alive: list[tuple[int, list[Span]]], each: Hashable) -> Iterator[Stretch]:
        """While as many as are allowed are alive; one more joins what is alive under its own key, and does not count."""
        start, full = None, list[Span]()
        for at, spans_alive in alive:
            if len(spans_alive) >= self._spec.at_most and all(span.key != each for span in spans_alive):
                start, full = at if start is None else start, spans_alive
            elif start is not None:
                yield _stretch(start, at - 1, full)
                start = None
        if start is not None:
            yield _stretch(start, NEVER, full)

    def _episodes(self, found: list[Span]) -> list[Episode]:
        steps: list[tuple[int, int, int]] = []
        for i, span in enumerate(found):
            if not span.closers or span.end > span.members[0].at:  # an instant is no overlap
                steps.append((span.members[0].at, BEGAN, i))
                steps.append((span.end, ENDED if span.closers else RAN_OUT, i))
        alive: set[int] = set()
        episodes: list[Episode] = []
        current: Episode | None = None
        for _, kind, i in sorted(steps):
            if kind != BEGAN:
                alive.discard(i)
                if current is not None and len(alive) <= self._spec.at_most:
                    current.last, current = found[i], None
                continue
            alive.add(i)
            if len(alive) > self._spec.at_most:
                if current is None:
                    current = Episode(set(alive))
                    episodes.append(current)
                current.seen.add(i)
                current.hits.append(found[i].members[0])
                current.over.append(len(alive) - self._spec.at_most)
        return episodes

    def _judge(self, episode: Episode, found: list[Span], hearing: Hearing) -> None:
        assert episode.last is not None, "every span that began has a step at which it ends"
        seen = [found[i] for i in sorted(episode.seen)]
        if hearing.cut is not None and episode.last.end >= hearing.cut:
            hearing.keep += [t for span in seen for t in span.events]
        hits = self.known(episode.hits, hearing)
        if not hits:
            return
        until = self.over(episode.last, hearing)
        evidence = frozenset(t.event_id for span in seen for t in span.members)
        broken = tuple((t.event_id, t.at) for t in hits)
        size = sum(episode.over[: len(hits)])
        hearing.findings.append(Finding(self.name, hearing.key, hits[0].event_id, "broken", hits[0].at, until, broken, evidence, size))


def _last(span: Span) -> int:
    """The last instant at which it counts."""
    return span.end - 1 if span.closers else span.end


def _stretch(start: int, last: int, full: list[Span]) -> Stretch:
    ran_out = last >= NEVER or any(span.end == last and not span.closers for span in full)
    return Stretch(start, last, last if ran_out else last + 1, tuple(span.members[0] for span in full))


def _event_id(t: Touchpoint) -> str:
    return t.event_id
