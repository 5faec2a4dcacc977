"""Which rules one more contact would break now: the contact policy has no rules of its own.

Every rule that forbids or limits touchpoints of the look that a contact has is asked by its own selectors, spans and calendars. So what
is held now is what would be an alert afterwards, except for its grace, which is for those who could not know.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from schemas.company import ContactRules
from schemas.nearest import nearest
from schemas.rule import Selector
from schemas.touchpoint import NEVER
from streams.core.rules.asked import Asked, Hold
from streams.core.rules.catalogue import Catalogue
from streams.core.rules.judge import Judge
from streams.core.rules.sitting import Sitting

KINDS = ("forbid", "limit")  # of rules that one more touchpoint can break
REMEMBERED = 4_096  # sets of event types, as the court remembers them

Docket = tuple[tuple[Asked, frozenset[str]], ...]  # the rules to be asked, and the types that concern each


class Contacts:
    """Everything that can hold a contact, compiled. Raises ValueError, a line for each problem."""

    def __init__(
        self, spec: ContactRules, judges: Mapping[str, Judge], catalogue: Catalogue, words: Mapping[str, Selector], off: Collection[str]
    ) -> None:
        problems = [*_wrong_purposes(spec, catalogue), *_wrong_names(spec, sorted({*judges, *off}))]
        if problems:
            raise ValueError("\n".join(problems))
        heeded = [judge for judge in judges.values() if judge.kind in KINDS and judge.name not in spec.unheeded]
        asked = [Asked(judge, spec.purposes, spec.channels, words) for judge in heeded]
        self.asked = tuple(one for one in asked if one.has_a_say())
        self.standing = any(one.standing for one in self.asked)  # then somebody without touchpoints may be held, too
        self._order = tuple(spec.purposes)
        self._dockets: dict[frozenset[str], Docket] = {}

    def holds(self, sitting: Sitting, now: int) -> tuple[tuple[Hold, ...], int]:
        """All holds of one customer, sorted, and the next instant at which they change; the rules have been heard."""
        wake = NEVER
        found: list[Hold] = []
        for asked, types in self._docket(sitting.types):
            for hold, changes in asked.holds(sitting.grouped(asked.judge, types), sitting, now):
                wake = min(wake, changes)
                if hold is not None:
                    found.append(hold)
        return (self._sorted(found) if found else ()), wake

    def _sorted(self, holds: Iterable[Hold]) -> tuple[Hold, ...]:
        """Those that differ in nothing but the purpose are one."""
        purposes: dict[Hold, tuple[str, ...]] = {}
        for hold in holds:
            same = hold._replace(purposes=())
            purposes[same] = purposes.get(same, ()) + hold.purposes
        one = [hold._replace(purposes=tuple(sorted(together, key=self._order.index))) for hold, together in purposes.items()]
        return tuple(sorted(one, key=lambda hold: (hold.rule, hold.channel, hold.about, hold.purposes)))

    def _docket(self, types: frozenset[str]) -> Docket:
        docket = self._dockets.get(types)
        if docket is None:
            concerned = [(asked, asked.concerned(types)) for asked in self.asked]
            docket = tuple((asked, mine) for asked, mine in concerned if mine is not None)
            if len(self._dockets) >= REMEMBERED:
                self._dockets.clear()
            self._dockets[types] = docket
        return docket


def _wrong_purposes(spec: ContactRules, catalogue: Catalogue) -> Iterator[str]:
    for name, purpose in spec.purposes.items():
        for field, refuses in (("type", catalogue.departments), ("department", lambda one: catalogue.check((one,)))):
            try:
                refuses(getattr(purpose, field))
            except ValueError as error:
                yield f"contact_policy.purposes.{name}.{field}: {error}"


def _wrong_names(spec: ContactRules, known: Sequence[str]) -> Iterator[str]:
    for name in spec.unheeded:
        if name not in known:
            yield f"contact_policy.unheeded: there is no rule {name!r}{nearest(name, known)}"
