"""What evaluations of a family have in common: the dossiers of its customers, kept from one to the next.

It is a memory and no state: nothing in it is saved, it may forget at any time, and a family that it does not know is looked at from the
beginning, which comes to the same.
"""

from collections.abc import Mapping
from itertools import islice
from operator import is_
from typing import NamedTuple

from schemas.state import FamilyState, Held
from schemas.touchpoint import Touchpoint
from streams.core.rules.court import Court
from streams.core.rules.dossier import Dossier

# Families, and what is known of them all, about 100 MB where a worker keeps the decoded states too, and 400 where it does not any more.
REMEMBERED, TOUCHPOINTS = 30_000, 300_000


class Known(NamedTuple):
    """A family as it was when it was evaluated last."""

    touchpoints: Mapping[str, Held]
    customers: Mapping[str, str | None]  # by identifier
    dossiers: dict[str, Dossier]  # by customer


class Memory:
    """Of one court."""

    def __init__(self, court: Court) -> None:
        self._court = court
        self._known: dict[str, Known] = {}
        self._held = 0  # touchpoints

    def dossiers(self, family: str, state: FamilyState, customers: Mapping[str, str | None]) -> dict[str, Dossier]:
        """The dossiers of all customers of the family, by customer."""
        known = self._known.get(family)
        if known is None or known.customers != customers or not _is_grown(known.touchpoints, state.touchpoints):
            known = Known({}, customers, self._empty(customers))
        for customer, touchpoints in _added(known, state.touchpoints).items():
            dossier = known.dossiers.get(customer)
            if dossier is None:
                dossier = known.dossiers[customer] = self._court.dossier()
            dossier.add(touchpoints)
        self._remember(family, Known(state.touchpoints, known.customers, known.dossiers))
        return known.dossiers

    def _empty(self, customers: Mapping[str, str | None]) -> dict[str, Dossier]:
        """Somebody without touchpoints is judged only where a rule protects everybody."""
        if not self._court.contacts.standing:
            return {}
        return {customer: self._court.dossier() for customer in customers.values() if customer is not None}

    def _remember(self, family: str, known: Known) -> None:
        before = self._known.get(family)
        self._held += len(known.touchpoints) - (len(before.touchpoints) if before is not None else 0)
        self._known[family] = known
        if len(self._known) > REMEMBERED or self._held > TOUCHPOINTS:
            self._forget(family)

    def _forget(self, current: str) -> None:
        """Those who have been here longest, until there is room for as much again."""
        for oldest in list(self._known):
            if len(self._known) <= REMEMBERED // 2 and self._held <= TOUCHPOINTS // 2:
                break
            if oldest != current:
                self._held -= len(self._known.pop(oldest).touchpoints)


def _is_grown(before: Mapping[str, Held], now: Mapping[str, Held]) -> bool:
    """Is everything still here, and where it was?"""
    return len(before) <= len(now) and all(map(is_, before.values(), now.values()))


def _added(known: Known, now: Mapping[str, Held]) -> dict[str, list[Touchpoint]]:
    """What is new, by customer. No touchpoint is anchored on a toxic identifier, so everyone is somebody's."""
    added: dict[str, list[Touchpoint]] = {}
    for touchpoint, skip in islice(now.values(), len(known.touchpoints), None):
        customer = known.customers[touchpoint.ids[skip]]
        assert customer is not None, "touchpoints with a toxic anchor have been sent on"
        added.setdefault(customer, []).append(touchpoint)
    return added
