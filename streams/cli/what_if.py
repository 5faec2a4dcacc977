"""The blast radius of a statement about identity: whom it would touch, as far as ClickHouse knows, before it is made.

The links of everybody who hangs together with the two identifiers are read back from the timeline and resolved as the stage `customer`
does it, once as they are and once with the statement. Alerts move with the touchpoint that they are named after; what rules say of
the new customers is only known once they have been judged again.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from schemas.command import DISTINCT, LINKED, UNLINKED
from schemas.ids import identifier_id
from sinks.clickhouse.rows import NOBODY
from streams.cli.identity_findings import FINDINGS
from streams.cli.opened import Opened
from streams.core.identity import IdentityRules, Refusal, Resolution, ends, pair, resolve
from streams.stages.ingest import OTHER

FARTHEST = 100  # customers that are looked at; more hang together only where an identifier is shared by far too many

KNOWN = """
SELECT identifier, toUnixTimestamp64Micro(first_seen), toString(customer_id), shared FROM identifiers
WHERE identifier IN {identifiers:Array(String)} OR customer_id IN {customers:Array(UUID)}
"""
EVENTS = """
SELECT toString(attributed_id), identifiers, if(type IN {pairs:Array(String)}, toString(type), '') AS said, attributes[{other:String}] AS other,
    toUnixTimestamp64Micro(min(occurred_at)), toUnixTimestamp64Micro(max(occurred_at)), count()
FROM customer_timeline(customer = {customer:UUID}, since = toDateTime64('1900-01-01 00:00:00', 6, 'UTC'))
GROUP BY attributed_id, identifiers, said, other
"""
ALERTS = """
SELECT rule, key, toString(anchor) FROM alerts
WHERE customer_id IN {customers:Array(UUID)} AND status NOT IN ('resolved', 'withdrawn')
"""
ANCHORS = "SELECT toString(event_id), toString(attributed_id) FROM timeline WHERE event_id IN {events:Array(UUID)}"


class Part(NamedTuple):
    """A customer, before or after."""

    customer_id: str
    identifiers: tuple[str, ...]
    touchpoints: int
    open_alerts: int


class Radius(NamedTuple):
    """What a statement would change."""

    before: tuple[Part, ...]
    after: tuple[Part, ...]
    refused: Refusal | None  # a link that would not be believed, and why

    @property
    def is_felt(self) -> bool:
        """Does any customer change?"""
        return self.before != self.after


class Surroundings:
    """Everybody who hangs together with some identifiers: what the family knows, as the tables have it."""

    def __init__(self, look: Opened, identifiers: Iterable[str]) -> None:
        self._look = look
        self.members: dict[str, int] = {}
        self.links: dict[str, tuple[int, int]] = {}
        self.unlinks: dict[str, int] = {}
        self.distincts: set[str] = set()
        self.toxic: set[str] = set()
        self.touchpoints: dict[str, int] = {}
        self.alerts: dict[str, int] = {}
        self._seen: set[str] = set()
        waiting = self._meet(identifiers, ())
        while waiting and len(self._seen) < FARTHEST:
            self._seen |= waiting
            found = {name for customer in sorted(waiting) for name in self._events(customer)}
            waiting = self._meet(found | self._alerts(waiting), ()) - self._seen
        self._meet((), self._seen)

    def _meet(self, identifiers: Iterable[str], customers: Iterable[str]) -> set[str]:
        """Who they are; the customers they belong to."""
        met = set()
        for name, first_seen, customer, shared in self._look.rows(KNOWN, identifiers=sorted(identifiers), customers=sorted(customers)):
            if shared:
                self.toxic.add(name)
            else:
                self.members[name] = first_seen
                met.add(customer)
        return met - {NOBODY}

    def _events(self, customer: str) -> Iterable[str]:
        rows = self._look.rows(EVENTS, customer=customer, pairs=[UNLINKED, DISTINCT], other=OTHER)
        for attributed, identifiers, said, other, first, last, count in rows:
            places = {identifier_id(name): place for place, name in enumerate(identifiers)}
            anchor, *others = identifiers[places[attributed] :]
            self.touchpoints[anchor] = self.touchpoints.get(anchor, 0) + count
            if said == UNLINKED:
                self.unlinks[pair(anchor, other)] = max(last, self.unlinks.get(pair(anchor, other), last))
            elif said == DISTINCT:
                self.distincts.add(pair(anchor, other))
            for name in others:
                earliest, latest = self.links.get(pair(anchor, name), (first, last))
                self.links[pair(anchor, name)] = min(earliest, first), max(latest, last)
            yield from identifiers
            if said:
                yield other

    def _alerts(self, customers: Iterable[str]) -> set[str]:
        """Count the alerts by the identifier that they hang on; the identifiers that only a refused link speaks of."""
        rows = self._look.rows(ALERTS, customers=sorted(customers))
        refused = [key for rule, key, _ in rows if rule in FINDINGS]
        anchors = [anchor for rule, _, anchor in rows if rule not in FINDINGS]
        attributed: dict[str, str] = {row[0]: row[1] for row in self._look.rows(ANCHORS, events=sorted(set(anchors)))}
        for place in [*(attributed.get(anchor, "") for anchor in anchors), *(identifier_id(key[0]) for key in refused)]:
            self.alerts[place] = self.alerts.get(place, 0) + 1
        return {name for key in refused for name in key}

    def resolved(self, rules: IdentityRules) -> Resolution:
        """Who is whom."""
        links = {key: span for key, span in self.links.items() if all(end in self.members or end in self.toxic for end in ends(key))}
        return resolve(rules, self.members, links, self.unlinks, sorted(self.distincts), sorted(self.toxic))

    def state(self, type: str, a: str, b: str, at: int) -> None:
        """As if somebody had said so."""
        key = pair(a, b)
        if type == LINKED:
            first, _ = self.links.get(key, (at, at))
            self.links[key] = min(first, at), at
        elif type == UNLINKED:
            self.unlinks[key] = at
        else:
            self.distincts.add(key)

    def parts(self, customers: Mapping[str, str | None], concerned: Iterable[str]) -> tuple[Part, ...]:
        """The customers that these identifiers belong to."""
        found: dict[str, list[str]] = {}
        for name in concerned:
            customer = customers.get(name)
            if customer is not None:
                found.setdefault(customer, []).append(name)
        return tuple(self._part(customer, names) for customer, names in sorted(found.items()))

    def _part(self, customer: str, names: list[str]) -> Part:
        touchpoints = sum(self.touchpoints.get(name, 0) for name in names)
        return Part(customer, tuple(sorted(names)), touchpoints, sum(self.alerts.get(identifier_id(name), 0) for name in names))


def radius(look: Opened, type: str, a: str, b: str, at: int) -> Radius:
    """What the statement would change; `at` is when it would be made."""
    rules = IdentityRules.of(look.loaded.company)
    around = Surroundings(look, (a, b))
    before = around.resolved(rules)
    around.state(type, a, b, at)
    after = around.resolved(rules)
    touched = {before.customers[name] for name in around.members if before.customers[name] != after.customers[name]}
    touched |= {after.customers[name] for name in around.members if before.customers[name] != after.customers[name]}
    touched |= {before.customers[a], before.customers[b]}
    concerned = [n for n in around.members if before.customers[n] in touched or after.customers[n] in touched]
    refused = after.refused.get(pair(a, b)) if type == LINKED else None
    return Radius(around.parts(before.customers, concerned), around.parts(after.customers, concerned), refused)


def document(found: Radius) -> dict[str, Any]:
    """For programs."""
    return {
        "before": [part._asdict() for part in found.before],
        "after": [part._asdict() for part in found.after],
        "refused": found.refused,
        "changes": found.is_felt,
    }
