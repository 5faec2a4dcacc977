"""A declared journey, compiled: which touchpoints open, end or turn it, and the rows of one matter."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from msgspec.structs import replace

from schemas.company import JourneySpec
from schemas.ids import journey_id
from schemas.journey import Journey
from schemas.rule import Selector
from schemas.touchpoint import Touchpoint
from streams.core.calendar import duration
from streams.core.history import Matter
from streams.core.journey_course import CANCELS, COMPLETES, CUSTOMER, OPENS, THIRD_PARTY, US, Act, Course
from streams.core.rules.catalogue import EVERYBODY, Catalogue
from streams.core.rules.selector import Selecting

FIELDS = (
    (OPENS, "opens"),
    (COMPLETES, "completes"),
    (CANCELS, "cancels"),
    (US, "our_turn"),
    (CUSTOMER, "customer_turn"),
    (THIRD_PARTY, "third_party_turn"),
)
ANYBODY = frozenset({EVERYBODY})  # any department may bring the next touchpoint of a matter


Broken = tuple[str, Touchpoint]  # a rule, and the touchpoint that a finding of it is anchored on


class Life:
    """One declared journey."""

    def __init__(self, kind: str, spec: JourneySpec, words: Mapping[str, Selector], matter: Sequence[str], catalogue: Catalogue) -> None:
        self.kind = kind
        self.ref = spec.ref or kind
        if self.ref not in matter:
            raise ValueError(f"ref: {self.ref!r} is not one of the refs that make a matter: {', '.join(matter)}")
        self.abandoned = duration(spec.abandoned) if spec.abandoned is not None else None
        selectors = [(mask, _compiled(field, getattr(spec, field), words, catalogue)) for mask, field in FIELDS]
        self._selectors = [(mask, selecting) for mask, selecting in selectors if selecting]
        self._mentioned: dict[str, tuple[tuple[int, Selecting], ...]] = {}

    def _candidates(self, type: str) -> tuple[tuple[int, Selecting], ...]:
        found = self._mentioned.get(type)
        if found is None:
            found = self._mentioned[type] = tuple((mask, s) for mask, s in self._selectors if s.mentions(type))
        return found

    def mentions(self, type: str) -> bool:
        return bool(self._candidates(type))

    def may_open(self, type: str) -> bool:
        return any(mask == OPENS for mask, _ in self._candidates(type))

    def does(self, touchpoint: Touchpoint) -> int:
        """What the touchpoint does to this journey, as a mask."""
        done = 0
        for mask, selecting in self._candidates(touchpoint.type):
            if selecting(touchpoint):
                done |= mask
        return done

    def journeys(
        self, customer_id: str | None, matter: Matter, mine: Sequence[Touchpoint], broken: Sequence[Broken], now: int
    ) -> Iterator[Journey]:
        """A row for each ref that was opened in the matter; `mine` are its touchpoints in order, `now` is anybody's clock."""
        acts = [(touchpoint, self.does(touchpoint)) for touchpoint in mine]
        openers: dict[str, tuple[str, int]] = {}
        for touchpoint, does in acts:
            if does & OPENS:
                refs = touchpoint.refs.get(self.ref, ())
                for ref in refs:
                    # One event that opens several journeys names each after itself and the ref.
                    name = touchpoint.event_id if len(refs) == 1 else f"{touchpoint.event_id}/{ref}"
                    openers.setdefault(ref, (name, touchpoint.at))
        for ref, (name, opened_at) in openers.items():
            course = Course(opened_at)
            members = [act for act in acts if act[0].at >= opened_at and self._concerns(act[0], ref)]
            for at, together in groupby(members, key=_instant):
                course.instant(at, list(together))
            journey = course.journey(
                journey_id=journey_id(self.kind, name),
                kind=self.kind,
                customer_id=customer_id,
                matter=":".join(matter),
                ref=f"{self.ref}:{ref}",
                findings=tuple(sorted({rule for rule, anchor in broken if self._concerns(anchor, ref)})),
            )
            yield self._given_up(journey, now)

    def _concerns(self, touchpoint: Touchpoint, ref: str) -> bool:
        refs = touchpoint.refs.get(self.ref)
        return refs is None or ref in refs

    def _given_up(self, journey: Journey, now: int) -> Journey:
        due = self.due(journey)
        if due is None or due > now:
            return journey
        return replace(journey, status="abandoned", ended_at=due, turn="nobody", waits_for="")

    def due(self, journey: Journey) -> int | None:
        """When an open journey of this kind is abandoned."""
        if self.abandoned is None or journey.status != "open":
            return None
        return journey.last_at + self.abandoned


def _compiled(field: str, selector: Selector, words: Mapping[str, Selector], catalogue: Catalogue) -> Selecting:
    try:
        selecting = Selecting(selector, words)
        for glob in selecting.globs:
            catalogue.departments(glob)
    except ValueError as error:
        raise ValueError(f"{field}: {error}") from None
    return selecting


def _instant(act: Act) -> int:
    return act[0].at
