"""An independent reading of the verbs, by brute force: no spans, every touchpoint against every other."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest
from hypothesis import example, given

from schemas.touchpoint import NEVER, Touchpoint
from streams.core.history import matters
from tests.core.rules.histories import BASE, COMPANY, COURT, FAR, HOUR, HOURS, HOURS_OF_A_CLOCK, everybody, histories, history_of, of_rule

pytestmark = pytest.mark.law

SAMPLES = [BASE + hour * HOUR + HOUR // 2 for hour in range(-1, HOURS + 20)]

Test = Callable[[Touchpoint], bool]
Chain = tuple[list[Touchpoint], Touchpoint | None]


def of(*types: str) -> Test:
    return lambda t: t.type in types


A, B, C = of("t.a"), of("t.b"), of("t.c")


def later(a: Touchpoint, b: Touchpoint) -> bool:
    """Certainly: at a later instant, or in the same one and the source says so."""
    return a.at > b.at or (a.at == b.at and a.source == b.source and a.seq > b.seq)


def judged_together(rule: str, touchpoints: Iterable[Touchpoint]) -> list[Sequence[Touchpoint]]:
    judge = COURT.judges[rule]
    ordered = sorted(touchpoints, key=lambda t: t.order)
    return [
        group.members
        for group in judge.grouping([t for t in ordered if judge.mentions(t.type)], matters(ordered, COMPANY["matter"])).groups.values()
    ]


def ends(e: Touchpoint, t: Touchpoint, opens: Test) -> bool:
    """Does `e` close what `t` opened? What is simultaneous does, unless it opens something itself."""
    return later(e, t) or (e.at == t.at and not later(t, e) and not opens(e))


def chains(group: Sequence[Touchpoint], opens: Test, closes: Test, life: Callable[[Touchpoint], int] = lambda _: NEVER) -> list[Chain]:
    """Openers with their first closer; neighbours that no closer stands between are one obligation.

    Of one instant those come first that all its closers certainly follow, because they belong to what is open, and those last that none of
    them ends, because they stay open.
    """
    found: list[tuple[list[Touchpoint], int]] = []
    closers = [e for e in group if closes(e)]

    def place(t: Touchpoint) -> tuple[int, int]:
        now = [e for e in closers if e.at == t.at]
        return t.at, 0 if all(later(e, t) for e in now) else 1 if any(ends(e, t, opens) for e in now) else 2

    for t in sorted(filter(opens, group), key=place):
        if found and t.at <= found[-1][1] and not any(ends(e, found[-1][0][0], opens) and not later(e, t) for e in closers):
            found[-1] = ([*found[-1][0], t], max(found[-1][1], life(t)))
        else:
            found.append(([t], life(t)))
    return [
        (members, min((e for e in group if closes(e) and ends(e, members[0], opens)), key=lambda e: e.at, default=None))
        for members, _ in found
    ]


@given(histories(), HOURS_OF_A_CLOCK)
def test_expect(touchpoints: list[Touchpoint], now: int) -> None:
    judgement = COURT.judge(touchpoints, everybody(now))
    for rule, opens, closes, within in (("e1", A, of("t.b", "t.c"), 5), ("e5", of("t.a", "t.b"), of("t.a", "t.b", "t.c"), 4)):
        expected: Counter[Any] = Counter()
        for group in judged_together(rule, touchpoints):
            for members, end in chains(group, opens, closes):
                due = members[0].at + within * HOUR
                if due <= now and (end is None or end.at > due):
                    expected[due, end.at if end else None] += 1
        assert Counter((f.since, f.until) for f in of_rule(judgement, rule)) == expected


@given(histories(), HOURS_OF_A_CLOCK)
@example(history_of(1738), FAR)  # of two openers in one instant the one that follows its closer stays open
def test_forbid_after(touchpoints: list[Touchpoint], now: int) -> None:
    expected: Counter[Any] = Counter()
    for group in judged_together("f6", touchpoints):
        for members, end in chains(group, A, B):
            closers = [e for e in group if end is not None and B(e) and e.at == end.at]
            hits = [
                t.at for t in filter(C, group) if any(later(t, m) for m in members) and all(later(e, t) for e in closers) and t.at <= now
            ]
            if hits:
                expected[min(hits), len(hits), end.at if end else None] += 1
    assert Counter((f.since, f.size, f.until) for f in of_rule(COURT.judge(touchpoints, everybody(now)), "f6")) == expected


@given(histories(), HOURS_OF_A_CLOCK)
def test_forbid_before(touchpoints: list[Touchpoint], now: int) -> None:
    expected: Counter[Any] = Counter()
    for group in judged_together("f7", touchpoints):
        hits = [t.at for t in filter(A, group) if all(later(e, t) for e in filter(B, group))]
        if hits:
            expected[min(hits), len(hits)] += 1
    assert Counter((f.since, f.size) for f in of_rule(COURT.judge(touchpoints, everybody(now)), "f7")) == expected


@given(histories())
@example(history_of(43))  # of two openers in one instant the one that its closer follows belongs to what was open before
def test_forbid_where_spans_are_told_apart(touchpoints: list[Touchpoint]) -> None:
    """By others alone; or by anybody, but what ends spans only in those that it ends."""
    by_others: tuple[Test, Callable[[Touchpoint, str], bool]] = C, lambda t, team: t.team != team
    judgement = COURT.judge(touchpoints, everybody(FAR))
    for rule, (what, concerns) in (("f1", by_others), ("f10", (of("t.b", "t.c"), lambda t, team: C(t) or t.team in ("", team)))):
        expected: Counter[Any] = Counter()
        for group in judged_together(rule, touchpoints):
            for team in {t.team for t in group if A(t)}:
                mine = [t for t in group if (A(t) and t.team == team) or (B(t) and t.team in ("", team))]
                for members, end in chains(mine, A, B, lambda t: t.at + 6 * HOUR):
                    expires = max(t.at for t in members) + 6 * HOUR
                    closers = [
                        e for e in mine if end is not None and end.at <= expires and B(e) and e.at == end.at and ends(e, members[0], A)
                    ]
                    first = [e for e in closers if not any(later(e, other) for other in closers)]
                    hits = [
                        t.at
                        for t in filter(what, group)
                        if concerns(t, team)
                        and any(later(t, m) for m in members)
                        and ((t in first or all(later(e, t) for e in closers)) if closers else t.at <= expires)
                    ]
                    if hits:
                        expected[min(hits), len(hits), closers[0].at if closers else expires] += 1
        assert Counter((f.since, f.size, f.until) for f in of_rule(judgement, rule)) == expected


@given(histories())
def test_limit(touchpoints: list[Touchpoint]) -> None:
    judgement = COURT.judge(touchpoints, everybody(FAR))
    for rule, at_most, each, life, closes in (
        ("l1", 2, lambda t: t.event_id, 5 * HOUR, of()),
        ("l2", 1, lambda t: t.team, NEVER, B),
        ("l6", 2, lambda t: t.event_id, NEVER, B),
    ):
        told_apart = rule == "l2"  # what closes may name the one that it closes
        over: Counter[int] = Counter()
        for group in judged_together(rule, touchpoints):
            for instant in SAMPLES:
                alive = {
                    each(t)
                    for t in filter(A, group)
                    if t.at < instant <= t.at + life
                    and not any(
                        closes(e) and e.at < instant and (not told_apart or e.team in ("", t.team)) and not later(t, e) and e.at >= t.at
                        for e in group
                    )
                }
                over[instant] += len(alive) > at_most
        found = of_rule(judgement, rule)
        assert Counter({i: sum(f.since < i and (f.until is None or f.until >= i) for f in found) for i in SAMPLES}) == over


@given(histories())
def test_limit_of_distinct_values_within_a_time(touchpoints: list[Touchpoint]) -> None:
    over: Counter[int] = Counter()
    for group in judged_together("l3", touchpoints):
        for instant in SAMPLES:
            over[instant] += len({t.team for t in group if t.at < instant <= t.at + 6 * HOUR}) > 1
    found = of_rule(COURT.judge(touchpoints, everybody(FAR)), "l3")
    assert Counter({i: sum(f.since < i and (f.until is None or f.until >= i) for f in found) for i in SAMPLES}) == over


@given(histories())
def test_pingpong(touchpoints: list[Touchpoint]) -> None:
    expected = []
    for group in judged_together("p3", touchpoints):
        word: list[str] = []
        for t in group:
            if t.team in ("A", "B") and word[-1:] != [t.team]:
                word.append(t.team)
        returns = sum(a == b for a, b in zip(word, word[2:], strict=False))
        expected += [returns] if returns >= 2 else []
    assert [f.size for f in of_rule(COURT.judge(touchpoints, everybody(FAR)), "p3")] == expected
