"""All rules of a company, in the order in which they build on each other.

The court judges the significant touchpoints of one customer. Rules are looked up by event type, so what a history costs depends on what
it touches, not on how many rules there are.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from schemas.clock import Clock
from schemas.rule import Hours, Rule, Selector
from schemas.touchpoint import NEVER, Touchpoint
from streams.core.calendar import Always, Calendar
from streams.core.history import Matter, matters, ties
from streams.core.rules.catalogue import EVERYBODY, Catalogue
from streams.core.rules.finding import Finding
from streams.core.rules.judge import UPSTREAM, Judge, Verdict

Wake = tuple[frozenset[str], int]
NOBODY = frozenset[str]()  # a wake that listens to nobody's clock but to `now`: the next deadline that a silence can pass


class Judgement(NamedTuple):
    """What the rules say of one customer."""

    findings: tuple[Finding, ...]
    held: tuple[Finding, ...]  # would be found if the clocks of silent departments stood at `now`
    wakes: tuple[Wake, ...]  # per set of departments: the next instant at which an answer can change
    matters: Mapping[str, Matter]  # by event id
    needed: Mapping[str, list[Touchpoint]] = {}  # with a cut: rule -> touchpoints before it that are still needed


class Past(NamedTuple):
    """What is left of the history before `cut`."""

    cut: int
    kept: Mapping[str, list[Touchpoint]]  # rule -> touchpoints that it still needs
    links: tuple[Touchpoint, ...]  # touchpoints that tie refs into matters


class Court:
    """Compiled once; raises ValueError, a line for each problem."""

    def __init__(
        self,
        rules: Mapping[str, Rule],
        *,
        words: Mapping[str, Selector],
        types: Mapping[str, Sequence[str]],
        calendars: Mapping[str, Hours],
        matter: Sequence[str],
        timezone: str,
        off: Collection[str] = (),
    ) -> None:
        """`off`: rules that the company has switched off; those that build on them never hear of them."""
        self._off = frozenset(off)
        self.words, self.timezone = words, timezone
        self._matter = frozenset(matter)
        self._catalogue = Catalogue(types)
        self._calendars = {name: Calendar(hours) for name, hours in calendars.items()}
        self._always = Always(timezone)
        self.judges: dict[str, Judge] = _in_order(self._compile(rules))
        for judge in self.judges.values():
            judge.hears = self._hears(judge)
        self._concerned: dict[str, tuple[tuple[Judge, bool], ...]] = {}

    def significant(self, touchpoint: Touchpoint) -> bool:
        """Does a rule name its type, or does it tie several refs into one matter?"""
        return bool(self._of(touchpoint.type)) or ties(touchpoint, self._matter)

    def judge(self, touchpoints: Iterable[Touchpoint], clock: Clock, past: Past | None = None, cut: int | None = None) -> Judgement:
        """The verdict of all rules on one customer; `touchpoints` in any order, `past` is what `fold` left of older ones."""
        mine, known = self._sorted(touchpoints, past)
        where = matters(known, self._matter)
        by_id: dict[str, Touchpoint] = {}
        verdicts: dict[str, Verdict] = {}
        held: list[Finding] = []
        wakes: dict[frozenset[str], int] = {}
        for name, judge in self.judges.items():
            if name not in mine and not judge.upstream:
                continue
            concerned, now = mine.get(name, []), clock.of(judge.hears)
            if judge.upstream:
                by_id = by_id or {t.event_id: t for t in known}
                concerned = self._with_upstream(judge, concerned, verdicts, by_id, where, past.cut if past else -NEVER)
            if not concerned:
                continue
            if judge.rule.judge == "settled":
                concerned = self._settled(concerned, clock, wakes)
            verdict = verdicts[name] = judge(concerned, now, where, cut)
            if verdict.wake_at is not None:
                hears = frozenset(judge.hears)
                wakes[hears] = min(verdict.wake_at, wakes.get(hears, NEVER))
                if judge.kind == "expect" and verdict.wake_at <= clock.now:
                    on_the_wall = judge(concerned, clock.now, where)
                    held += _held(on_the_wall.findings, verdict.findings)
                    if on_the_wall.wake_at is not None:
                        wakes[NOBODY] = min(on_the_wall.wake_at, wakes.get(NOBODY, NEVER))
        found = tuple(finding for verdict in verdicts.values() for finding in verdict.findings)
        needed = {name: verdict.keep for name, verdict in verdicts.items()} if cut is not None else {}
        return Judgement(found, tuple(held), tuple(wakes.items()), where, needed)

    def fold(self, touchpoints: Sequence[Touchpoint], clock: Clock, cut: int, past: Past | None = None) -> Past:
        """Forget what is older than `cut` and no rule needs.

        Verdicts on anything from the cut on stay the same, unless something older than the cut arrives or a later touchpoint ties two old
        matters or customers together.
        """
        needed = self.judge(touchpoints, clock, past, cut).needed
        tying = (t for t in touchpoints if t.at < cut and ties(t, self._matter))
        return Past(cut, needed, (*(past.links if past else ()), *tying))

    def _of(self, type: str) -> tuple[tuple[Judge, bool], ...]:
        """The rules that mention a type, and whether it can open what they judge."""
        found = self._concerned.get(type)
        if found is None:
            found = tuple((judge, judge.opened_by(type)) for judge in self.judges.values() if judge.mentions(type))
            self._concerned[type] = found
        return found

    def _sorted(self, touchpoints: Iterable[Touchpoint], past: Past | None) -> tuple[dict[str, list[Touchpoint]], list[Touchpoint]]:
        """Rule -> the touchpoints that concern it, for rules that have something to judge; and all that is known."""
        known = sorted(touchpoints, key=lambda t: t.order)
        mine: dict[str, list[Touchpoint]] = {}
        opened: set[str] = set()
        for t in known:
            for judge, opens in self._of(t.type):
                mine.setdefault(judge.name, []).append(t)
                if opens:
                    opened.add(judge.name)
        if past is None:
            return {name: ts for name, ts in mine.items() if name in opened or self.judges[name].upstream}, known
        for name, kept in past.kept.items():
            if kept:
                mine[name] = sorted([*kept, *mine.get(name, [])], key=lambda t: t.order)
        old = {t.event_id: t for kept in past.kept.values() for t in kept} | {t.event_id: t for t in past.links}
        return mine, [*old.values(), *known]

    def _with_upstream(
        self,
        judge: Judge,
        own: list[Touchpoint],
        verdicts: Mapping[str, Verdict],
        by_id: dict[str, Touchpoint],
        where: dict[str, Matter],
        since: int,
    ) -> list[Touchpoint]:
        """The rule's own touchpoints, and the findings of the rules that it builds on as touchpoints."""
        broken = [(u, f) for u in sorted(judge.upstream) if u in verdicts for f in verdicts[u].findings if f.level == "broken"]
        raised: list[Touchpoint] = []
        for upstream, finding in broken:
            anchor = self.judges[upstream].narrow(by_id[finding.anchor], finding.key)
            for virtual in _raised(finding, anchor):
                if virtual.at >= since and judge.mentions(virtual.type):
                    raised.append(virtual)
                    by_id[virtual.event_id] = virtual
                    if finding.anchor in where:
                        where[virtual.event_id] = where[finding.anchor]
        return sorted([*own, *raised], key=lambda t: t.order) if raised else own

    def _settled(self, concerned: list[Touchpoint], clock: Clock, wakes: dict[frozenset[str], int]) -> list[Touchpoint]:
        """Only what is complete; what is not yet wakes the rule when it is."""
        complete = clock.of((EVERYBODY,))
        later = next((t.at for t in concerned if t.at > complete), None)
        if later is not None:
            everybody = frozenset((EVERYBODY,))
            wakes[everybody] = min(later, wakes.get(everybody, NEVER))
        return [t for t in concerned if t.at <= complete]

    def _compile(self, rules: Mapping[str, Rule]) -> dict[str, Judge]:
        problems: list[str] = []
        judges: dict[str, Judge] = {}
        for name, rule in rules.items():
            try:
                judges[name] = judge = Judge(name, rule, self._calendar(rule), self)
                judge.upstream -= self._off
                for glob in judge.globs:
                    if not glob.startswith(UPSTREAM):
                        self._catalogue.departments(glob)
            except ValueError as error:
                problems.append(f"rules.{name}: {error}")
        if problems:
            raise ValueError("\n".join(problems))
        return judges

    def _calendar(self, rule: Rule) -> Always:
        if rule.calendar is None:
            return self._always
        if rule.calendar not in self._calendars:
            close = get_close_matches(rule.calendar, self._calendars, 1)
            raise ValueError(f"calendar: there is no calendar {rule.calendar!r}{f'; did you mean {close[0]}?' if close else ''}")
        return self._calendars[rule.calendar]

    def _hears(self, judge: Judge) -> tuple[str, ...]:
        """Whose clocks count: those named, or everybody who could end a finding; and those whom the rules below it hear."""
        if judge.rule.hears is not None:
            own = {judge.rule.hears} if isinstance(judge.rule.hears, str) else set(judge.rule.hears)
        else:
            globs = [glob for glob in judge.ending_globs() if not glob.startswith(UPSTREAM)]
            own = {department for glob in globs for department in self._catalogue.departments(glob)}
        return tuple(sorted(own.union(*(self.judges[upstream].hears for upstream in judge.upstream))))


def _in_order(judges: dict[str, Judge]) -> dict[str, Judge]:
    """Upstream rules first; raises ValueError for circles, unknown rules, and rules that cannot be told apart by the same key."""
    waiting, ordered = dict(judges), {}
    while waiting:
        ready = [name for name, judge in waiting.items() if judge.upstream <= ordered.keys()]
        if not ready:
            raise ValueError("\n".join(_stuck(name, judge, judges) for name, judge in waiting.items()))
        for name in ready:
            judge = ordered[name] = waiting.pop(name)
            odd = sorted(u for u in judge.upstream if judge.per != ("customer",) and judge.per != ordered[u].per)
            if odd:
                raise ValueError(f"rules.{name}: builds on {', '.join(odd)}, so per: must be customer or the same as there")
    return ordered


def _stuck(name: str, judge: Judge, judges: Mapping[str, Judge]) -> str:
    unknown = sorted(judge.upstream - judges.keys())
    if not unknown:
        return f"rules.{name}: builds on {', '.join(sorted(judge.upstream))}, which in the end builds on it: a circle"
    close = get_close_matches(unknown[0], judges, 1)
    return f"rules.{name}: builds on {unknown[0]!r}, but there is no such rule{f'; did you mean {close[0]}?' if close else ''}"


def _raised(finding: Finding, anchor: Touchpoint) -> Iterator[Touchpoint]:
    """A finding as touchpoints: when it was opened, and when it ended."""
    for at, what in ((finding.since, "opened"), (finding.until, "ended")):
        if at is not None:
            yield Touchpoint(
                event_id="/".join((f"{finding.rule}.{what}", finding.anchor, *finding.key)),
                type=f"{UPSTREAM}{finding.rule}.{what}",
                at=at,
                source="",
                department="",
                ids=anchor.ids,
                refs=anchor.refs,
                team=anchor.team,
                agent=anchor.agent,
                facts=anchor.facts,
                attributes=anchor.attributes,
            )


def _held(at_now: Sequence[Finding], known: Sequence[Finding]) -> Iterator[Finding]:
    found = {finding.id for finding in known if finding.level == "broken"}
    return (finding for finding in at_now if finding.level == "broken" and finding.id not in found)
