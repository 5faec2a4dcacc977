"""The course of one journey: what its touchpoints do to it, instant by instant."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from schemas.journey import Journey, JourneyStatus, Turn
from schemas.touchpoint import Touchpoint

OPENS, COMPLETES, CANCELS = 1, 2, 4  # what a touchpoint does to the life of a journey; one may do several
US, CUSTOMER, THIRD_PARTY = 8, 16, 32  # whose turn it is from here on; of simultaneous ones the first named wins
CLOSES = COMPLETES | CANCELS
LIFE = OPENS | CLOSES
TURNS: tuple[tuple[int, Turn], ...] = ((US, "us"), (CUSTOMER, "customer"), (THIRD_PARTY, "third_party"))
ANY_TURN = US | CUSTOMER | THIRD_PARTY
PROMISE = "promise.made"

Act = tuple[Touchpoint, int]  # a touchpoint and what it does
Visit = tuple[str, str]  # department, team ("" where nobody said)


class Course:
    """A journey on its way. `instant` takes the touchpoints of one instant after the other; the first ones open it."""

    __slots__ = (
        "_department", "_told", "ended_at", "last_at", "opened_at", "promises", "reopened", "repeats", "status", "touches_in",
        "touches_out", "turn", "visits", "waiting", "waits_for",
    )  # fmt: skip

    def __init__(self, opened_at: int) -> None:
        self.opened_at = self.last_at = opened_at
        self.ended_at: int | None = opened_at  # not begun is as good as ended
        self.status: JourneyStatus = "open"
        self.turn: Turn = "nobody"
        self.waits_for = ""
        self.waiting: dict[str, int] = {}
        self.visits: list[Visit] = []
        self.touches_in = self.touches_out = self.repeats = self.promises = 0
        self.reopened = -1  # the first opening opens nothing again
        self._department = ""
        self._told: set[str] = set()

    def instant(self, at: int, acts: Sequence[Act]) -> None:
        """Let the touchpoints of the instant `at` happen."""
        if self.waits_for and at > self.last_at:
            self.waiting[self.waits_for] = self.waiting.get(self.waits_for, 0) + at - self.last_at
        self.last_at = at
        anything = 0
        for touchpoint, does in acts:
            anything |= does
            self._visit(touchpoint.department, touchpoint.team)
            self._touch(touchpoint, does)
        if anything:
            self._live(at, acts, anything)
        if self.turn == "us":
            self.waits_for = self._department
        else:
            self.waits_for = "" if self.turn == "nobody" else self.turn

    def _visit(self, department: str, team: str) -> None:
        if self.visits and same(self.visits[-1], (department, team)):
            if team and not self.visits[-1][1]:
                self.visits[-1] = (department, team)
        else:
            self.visits.append((department, team))

    def _touch(self, touchpoint: Touchpoint, does: int) -> None:
        if touchpoint.direction == "inbound":
            self.touches_in += 1
            for fact in touchpoint.facts:
                self.repeats += fact in self._told
                self._told.add(fact)
        elif touchpoint.direction == "outbound":
            self.touches_out += 1
        else:
            self._department = touchpoint.department
        if does & OPENS:
            self._department = touchpoint.department
        self.promises += touchpoint.type == PROMISE

    def _live(self, at: int, acts: Sequence[Act], anything: int) -> None:
        begins = anything & OPENS and (self.ended_at is not None or anything & CLOSES)
        last = last_word(acts, LIFE)
        if last & CLOSES:
            if begins and self.ended_at is not None:
                self.reopened += 1
            elif self.ended_at is not None:
                return
            self.status = "completed" if last & COMPLETES else "canceled"
            self.ended_at, self.turn = at, "nobody"
            return
        if last and begins:
            self.reopened += 1
            self.status, self.ended_at = "open", None
        if self.ended_at is None:
            turn = last_word([_begun(act) for act in acts] if begins else acts, ANY_TURN)
            self.turn = next((name for mask, name in TURNS if turn & mask), self.turn)

    def journey(self, *, journey_id: str, kind: str, customer_id: str | None, matter: str, ref: str, findings: tuple[str, ...]) -> Journey:
        """The row, as far as the course has come."""
        return Journey(
            journey_id=journey_id,
            kind=kind,
            customer_id=customer_id,
            matter=matter,
            ref=ref,
            status=self.status,
            opened_at=self.opened_at,
            ended_at=self.ended_at,
            last_at=self.last_at,
            departments=_once(department for department, _ in self.visits),
            teams=_once(team for _, team in self.visits if team),
            handoffs=len(self.visits) - 1,
            bounces=bounces(self.visits),
            touches_in=self.touches_in,
            touches_out=self.touches_out,
            repeats=self.repeats,
            promises=self.promises,
            reopened=self.reopened,
            turn=self.turn,
            waits_for=self.waits_for,
            waiting=self.waiting,
            findings=findings,
        )


def _begun(act: Act) -> Act:
    """An opener gives us the turn, unless it says otherwise itself (a quote opens the wait for the customer)."""
    touchpoint, does = act
    return (touchpoint, US) if does & OPENS and not does & ANY_TURN else act


def last_word(acts: Sequence[Act], mask: int) -> int:
    """What the touchpoints of one instant come to: what no later `seq` of the same source has overruled."""
    if len(acts) == 1:
        return acts[0][1] & mask
    newest: dict[str, int] = {}
    for touchpoint, does in acts:
        if does & mask:
            newest[touchpoint.source] = max(touchpoint.seq, newest.get(touchpoint.source, touchpoint.seq))
    said = 0
    for touchpoint, does in acts:
        if does & mask and touchpoint.seq == newest[touchpoint.source]:
            said |= does & mask
    return said


def same(a: Visit, b: Visit) -> bool:
    """Whether two visits are to one holder; an unknown team is no other team."""
    return a[0] == b[0] and (a[1] == b[1] or not a[1] or not b[1])


def _once(names: Iterable[str]) -> tuple[str, ...]:
    """Without consecutive repeats."""
    return tuple(name for name, _ in groupby(names))


def bounces(visits: Sequence[Visit]) -> int:
    """How often a matter came back to where it had just been: A, B, A."""
    return sum(same(a, c) for a, c in zip(visits, visits[2:], strict=False))
