"""What is true of a whole set of messages, said as plainly as possible and without any of the product's identity code.

The product learns the same set piece by piece, over partitions and crashes; the laws say that it must end here.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from schemas.identity import Arrived, Distinct, MakeToxic, Unlink
from schemas.ids import customer_id
from schemas.touchpoint import Touchpoint, kind_of, wins
from streams.core.identity import IdentityRules

Pair = frozenset[str]


class Truth(NamedTuple):
    """Identifier -> customer (None: toxic); event id -> (touchpoint, skip); links that hold, and why some were refused."""

    customers: dict[str, str | None]
    first_seen: dict[str, int]
    touchpoints: dict[str, tuple[Touchpoint, int]]
    links: dict[Pair, list[int]]
    refused: dict[Pair, str]


def truth(rules: IdentityRules, messages: Iterable[object]) -> Truth:
    """Judge all messages at once. A touchpoint whose `skip` is the number of its identifiers is nobody's."""
    messages = list(messages)
    arrived = [m.touchpoint for m in messages if isinstance(m, Arrived)]
    toxic = _toxic(rules, arrived, {m.identifier for m in messages if isinstance(m, MakeToxic)})
    first_seen: dict[str, int] = {}
    links: dict[Pair, list[int]] = {}
    winners: dict[str, tuple[Touchpoint, int]] = {}
    for touchpoint in arrived:
        ids = touchpoint.ids
        skip = next((n for n, identifier in enumerate(ids) if identifier not in toxic), len(ids))
        known = winners.get(touchpoint.event_id)
        if known is None or wins(touchpoint, known[0]):
            winners[touchpoint.event_id] = touchpoint, skip
        for identifier in ids:
            first_seen[identifier] = min(touchpoint.at, first_seen.get(identifier, touchpoint.at))
        for other in ids[skip + 1 :]:
            links.setdefault(frozenset({ids[skip], other}), []).append(touchpoint.at)
    unlinked: dict[Pair, int] = {}
    for m in messages:
        if isinstance(m, Unlink):
            unlinked[frozenset({m.a, m.b})] = max(m.at, unlinked.get(frozenset({m.a, m.b}), m.at))
    distinct = [frozenset({m.a, m.b}) for m in messages if isinstance(m, Distinct)]
    links = {link: seen for link, seen in links.items() if not link & toxic and (link not in unlinked or max(seen) > unlinked[link])}
    clusters, refused = _clusters(rules, first_seen.keys() - toxic, links, distinct)
    customers: dict[str, str | None] = dict.fromkeys(toxic & first_seen.keys())
    for cluster in clusters:
        oldest = min(first_seen[identifier] for identifier in cluster)
        strongest = rules.order_ids(identifier for identifier in cluster if first_seen[identifier] == oldest)[0]
        customers.update(dict.fromkeys(cluster, customer_id(strongest)))
    return Truth(customers, first_seen, winners, links, refused)


def _toxic(rules: IdentityRules, arrived: list[Touchpoint], said: set[str]) -> set[str]:
    """Grow the set of toxic identifiers until it stands still: each one makes touchpoints move on, and so makes new neighbours."""
    toxic = set(said)
    while True:
        neighbours: dict[str, set[str]] = {}
        for touchpoint in arrived:
            for n, identifier in enumerate(touchpoint.ids):
                for other in touchpoint.ids[n + 1 :]:
                    neighbours.setdefault(identifier, set()).add(other)
                    neighbours.setdefault(other, set()).add(identifier)
                if identifier not in toxic:
                    break
        found = said | {identifier for identifier, others in neighbours.items() if _shared(rules, identifier, others)}
        if found == toxic:
            return toxic
        toxic = found


def _shared(rules: IdentityRules, identifier: str, others: set[str]) -> bool:
    strength = rules.strengths[kind_of(identifier)]
    peers = {other for other in others if rules.strengths[kind_of(other)] >= strength}
    kind = kind_of(identifier)
    return len(peers) > rules.max_peers[kind] or len(others - peers) > rules.max_weaker[kind]


def _clusters(
    rules: IdentityRules, identifiers: Iterable[str], links: Mapping[Pair, list[int]], distinct: list[Pair]
) -> tuple[list[set[str]], dict[Pair, str]]:
    """Start with everybody alone and try the links one by one, looking at whole clusters."""
    cluster_of = {identifier: {identifier} for identifier in identifiers}
    refused = {}

    def precedence(link: Pair) -> tuple[int, int, list[str]]:
        return -min(rules.strengths[kind_of(i)] for i in link), min(links[link]), sorted(link)

    for link in sorted(links, key=precedence):
        a, b = (cluster_of[identifier] for identifier in link)
        if a is b:
            continue
        both = a | b
        uniques = [kind_of(identifier) for identifier in both if kind_of(identifier) in rules.unique]
        if len(both) > rules.customer_size:
            refused[link] = "size"
        elif len(uniques) > len(set(uniques)):
            refused[link] = "unique"
        elif any(pair <= both for pair in distinct):
            refused[link] = "distinct"
        else:
            cluster_of.update(dict.fromkeys(both, both))
    return list({id(cluster): cluster for cluster in cluster_of.values()}.values()), refused
