"""All rules of a company, in the order in which they build on each other.

The court judges the significant touchpoints of one customer. Rules are looked up by the event types of the history, so what it costs
depends on what it touches, not on how many rules there are.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from schemas.clock import Clock
from schemas.company import ContactRules
from schemas.rule import Hours, Rule, Selector
from schemas.touchpoint import NEVER, Touchpoint
from streams.core.history import Matter, ties
from streams.core.rules.asked import Hold
from streams.core.rules.catalogue import Catalogue
from streams.core.rules.contact import Contacts
from streams.core.rules.dossier import Dossier
from streams.core.rules.finding import Finding
from streams.core.rules.judge import Judge
from streams.core.rules.sitting import NOBODY, Past, Sitting
from streams.core.rules.sitting import Wake as Wake
from streams.core.rules.strata import Setting, compiled, open_calendars

NO_CONTACTS = ContactRules()
REMEMBERED = 4_096  # sets of event types whose rules are remembered: about 4 MB; customers of one company look alike

K = TypeVar("K")
V = TypeVar("V")
Docket = tuple[tuple[Judge, frozenset[str]], ...]  # the rules to be heard, and the types that concern each


class Judgement(NamedTuple):
    """What the rules say of one customer."""

    findings: tuple[Finding, ...]
    held: tuple[Finding, ...]  # would be found if the clocks of silent departments stood at `now`
    wakes: tuple[Wake, ...]  # per set of departments: the next instant at which an answer can change
    matters: Mapping[str, Matter]  # by event id
    holds: tuple[Hold, ...] = ()  # rules that one more contact would break now


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
        contact_policy: ContactRules = NO_CONTACTS,
    ) -> None:
        """`off`: rules that the company has switched off; those that build on them never hear of them."""
        setting = Setting(words, timezone, Catalogue(types), open_calendars(calendars), off)
        self.judges: dict[str, Judge] = compiled(rules, setting)
        self.contacts = Contacts(contact_policy, self.judges, setting.catalogue, words, off)
        self._kinds = frozenset(matter)
        self._dockets: dict[frozenset[str], Docket] = {}
        self._mentioned: dict[str, bool] = {}

    def significant(self, touchpoint: Touchpoint) -> bool:
        """Does a rule name its type, or does it tie several refs into one matter?"""
        mentioned = self._mentioned.get(touchpoint.type)
        if mentioned is None:
            mentioned = any(judge.mentions(touchpoint.type) for judge in self.judges.values())
            _remember(self._mentioned, touchpoint.type, mentioned)
        return mentioned or ties(touchpoint, self._kinds)

    def judge(self, touchpoints: Iterable[Touchpoint], clock: Clock, past: Past | None = None) -> Judgement:
        """The verdict of all rules on one customer; `touchpoints` in any order, `past` is what `fold` left of older ones."""
        return self.hear(self.dossier(touchpoints), clock, past)

    def dossier(self, touchpoints: Iterable[Touchpoint] = ()) -> Dossier:
        """For one customer, who is judged again and again."""
        dossier = Dossier(self._kinds)
        dossier.add(touchpoints)
        return dossier

    def hear(self, dossier: Dossier, clock: Clock, past: Past | None = None) -> Judgement:
        """As `judge`; what was said at an earlier clock is looked at again only where it can have changed."""
        sitting = self._sit(dossier, clock, past)
        found = tuple([finding for findings in sitting.findings.values() for finding in findings])
        holds = self._holds(sitting, clock.now)  # which may wake sooner than the rules do
        return Judgement(found, tuple(sitting.held), sitting.wakes, sitting.matters, holds)

    def fold(self, touchpoints: Iterable[Touchpoint], clock: Clock, cut: int, past: Past | None = None) -> Past:
        """Forget what is older than `cut` and no rule needs.

        Verdicts on anything from the cut on stay the same, unless something older than the cut arrives or a later touchpoint ties two old
        matters or customers together.
        """
        known = tuple(touchpoints)
        sitting = self._sit(self.dossier(known), clock, past, cut)
        tying = tuple(t for t in known if t.at < cut and ties(t, self._kinds))
        return Past(cut, sitting.kept, (*(past.links if past else ()), *tying))

    def _holds(self, sitting: Sitting, now: int) -> tuple[Hold, ...]:
        holds, changes = self.contacts.holds(sitting, now)
        if changes < NEVER:
            sitting.wake(NOBODY, changes)
        return holds

    def _sit(self, dossier: Dossier, clock: Clock, past: Past | None = None, cut: int | None = None) -> Sitting:
        sitting = Sitting(dossier, clock, past, cut)
        for judge, concerning in self._docket(sitting.types) if past is None and cut is None else self._all(sitting.types):
            sitting.hear(judge, concerning)
        return sitting

    def _docket(self, types: frozenset[str]) -> Docket:
        """The rules that can find something in a history of these types."""
        docket = self._dockets.get(types)
        if docket is None:
            docket = tuple((judge, concerning) for judge, concerning in self._all(types) if judge.can_find(types))
            _remember(self._dockets, types, docket)
        return docket

    def _all(self, types: frozenset[str]) -> Docket:
        return tuple((judge, frozenset(filter(judge.mentions, types))) for judge in self.judges.values())


def _remember(memory: dict[K, V], key: K, value: V) -> None:
    if len(memory) >= REMEMBERED:
        memory.clear()
    memory[key] = value
