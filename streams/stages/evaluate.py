"""Judge a family and publish what differs from what was published last.

Everything published is a pure function of the set and of the tick, except for the version, which is one more than the family's last:
so it does not matter which messages had arrived when the family was judged before.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, TypeVar

from msgspec.structs import replace

from schemas.alert import Alert
from schemas.clock import Clock
from schemas.command import ABOUT_ALERTS
from schemas.contact import ContactPolicy
from schemas.identity import IdentityChange
from schemas.journey import Journey
from schemas.plain import Published
from schemas.state import Due, FamilyState, IdentityEntry
from schemas.touchpoint import NEVER
from streams.core.alert_changes import Evaluation, changes, identity_causes, unspoken
from streams.core.alerts import AlertBook
from streams.core.commands import Word, answered, words_of
from streams.core.contacts import ContactBook
from streams.core.contacts import changes as contact_changes
from streams.core.crowded_identifier import CROWDED, crowded_identifiers
from streams.core.identity import IdentityRules, Resolution, ends, holds, resolve
from streams.core.journeys import JourneyBook, broken_on
from streams.core.journeys import changes as journey_changes
from streams.core.rules.court import Court
from streams.core.rules.sitting import Wake
from streams.core.shared_identifier import SHARED, SHARED_IDENTIFIER, shared_identifiers
from streams.stages.memory import Memory
from streams.stages.step import Step

E = TypeVar("E")
NOW: tuple[str, ...] = ()  # the departments of a wake that listens to `now`


class Verdict(NamedTuple):
    """What is true of a family now, and when that can change."""

    alerts: dict[str, Alert]
    journeys: dict[str, Journey]
    policies: dict[str, ContactPolicy]
    due: tuple[Due, ...]


class Evaluator:
    """Evaluates one family at a time."""

    def __init__(self, identity: IdentityRules, court: Court, alerts: AlertBook, journeys: JourneyBook, contacts: ContactBook) -> None:
        self._identity, self._court, self._alerts, self._journeys, self._contacts = identity, court, alerts, journeys, contacts
        self._memory = Memory(court)
        self._versions = {**alerts.versions, **{kind.rule: kind.version for kind in (SHARED, CROWDED)}}

    def evaluate(self, family: str, state: FamilyState, clock: Clock) -> Step[FamilyState]:
        """The family as judged at this clock, and what is to be published."""
        before = {identifier: entry.customer_id for identifier, entry in state.identity.items()}
        version = state.version + 1
        identity: list[IdentityChange] = []
        customers = before
        if state.unresolved:
            customers, refused = self._resolve(state)
            reported = shared_identifiers(self._identity, customers, refused, state.links)
            identity = list(_identity_changes(state, customers, version))
        else:  # nothing new about identity: as it was published, and so are the refused links
            reported = {id: unspoken(a) for id, a in state.alerts.items() if a.rule == SHARED_IDENTIFIER and a.status != "withdrawn"}
        reported |= crowded_identifiers(self._identity, state.touchpoints, customers)
        verdict = self._judge(family, state, customers, clock, reported)
        evaluation = Evaluation(
            version=version,
            now=clock.now,
            identity_changed=identity_causes(before, customers),
            fresh=state.fresh,
            live_since=clock.live_since,
            rules=self._versions,
        )
        alerts = changes(state.alerts, verdict.alerts, evaluation)
        journeys = journey_changes(state.journeys, verdict.journeys, version)
        policies = contact_changes(state.policies, verdict.policies, clock.now, version)
        published: tuple[Published, ...] = (*identity, *alerts, *journeys, *policies)
        after = replace(
            state,
            identity=_entered(state.identity, {change.identifier: _entry(change) for change in identity}),
            alerts=_entered(state.alerts, {alert.alert_id: alert for alert in alerts}),
            journeys=_entered(state.journeys, {journey.journey_id: journey for journey in journeys}),
            policies=_entered(state.policies, {policy.customer_id: policy for policy in policies}),
            version=version if published else state.version,
            clock=clock,
            dirty=False,
            unresolved=False,
            due=verdict.due,
            fresh=(),
        )
        return Step(after, published)

    def _resolve(self, state: FamilyState) -> Resolution:
        return resolve(self._identity, state.members, state.links, state.unlinks, state.distincts, state.toxic)

    def _judge(
        self, family: str, state: FamilyState, customers: Mapping[str, str | None], clock: Clock, reported: Mapping[str, Alert]
    ) -> Verdict:
        alerts: dict[str, Alert] = {}
        journeys: dict[str, Journey] = {}
        policies: dict[str, ContactPolicy] = {}
        wakes: list[Wake] = []
        words: list[Word] = []
        for customer, dossier in self._memory.dossiers(family, state, customers).items():
            judgement = self._court.hear(dossier, clock)
            ties = _ties(state, customers, customer)
            alerts |= self._alerts.alerts(customer, dossier.by_id, judgement, ties, dossier.written)
            policies |= self._contacts.policy(customer, dossier.by_id, judgement)
            wakes += judgement.wakes
            if dossier.types & ABOUT_ALERTS:
                words += words_of(customer, dossier.touchpoints, judgement.matters)
            if self._journeys.may_open(dossier.types):
                broken = broken_on(judgement.findings, dossier.by_id, judgement.matters)
                own = self._journeys.told(customer, dossier.stories(dossier.types - ABOUT_ALERTS), judgement.matters, clock, broken)
                journeys |= own
                wakes += self._journeys.wakes(own.values(), clock)
        told = answered({**alerts, **reported}, words, clock.now)
        return Verdict(told.alerts, journeys, policies, _earliest([*wakes, *told.wakes], clock))


def _ties(state: FamilyState, customers: Mapping[str, str | None], customer: str) -> Iterator[str]:
    """The links that hold one customer together. A generator: most evaluations have nothing to say about them."""
    for key, (_, last) in state.links.items():
        a, b = ends(key)
        if customers[a] == customers[b] == customer and holds(key, last, state.unlinks):
            yield key


def _identity_changes(state: FamilyState, customers: Mapping[str, str | None], version: int) -> Iterable[IdentityChange]:
    """What the identity ledger does not say yet. A toxic identifier that was never seen here is left to its own family."""
    for identifier, customer in customers.items():
        entry = state.identity.get(identifier)
        if entry is None and identifier not in state.members:
            continue
        first_seen = 0 if customer is None else state.members[identifier]  # what a toxic one still did depends on arrival
        if entry is None or (entry.customer_id, entry.first_seen) != (customer, first_seen):
            yield IdentityChange(identifier=identifier, customer_id=customer, first_seen=first_seen, version=version)


def _entry(change: IdentityChange) -> IdentityEntry:
    return IdentityEntry(change.customer_id, change.first_seen, change.version)


def _entered(ledger: dict[str, E], published: dict[str, E]) -> dict[str, E]:
    return {**ledger, **published} if published else ledger


def _earliest(wakes: Iterable[Wake], clock: Clock) -> tuple[Due, ...]:
    """Per set of departments the next instant that counts, and the next one on the wall: a silent department makes alerts *held*."""
    earliest: dict[tuple[str, ...], int] = {}
    for hears, at in wakes:
        for listens in (tuple(sorted(hears)), NOW):
            if at > clock.of(listens) and at < earliest.get(listens, NEVER):
                earliest[listens] = at
    return tuple(sorted(earliest.items()))
