"""Who belongs together: which identifiers may be one customer, and which are shared by too many to identify anybody.

A *customer* is a part of a family, and a pure function of what the family knows: links are followed from the strongest to the weakest;
one that would join two values of a unique kind, two who are known to be distinct, or too many, is *refused*, with the reason. So
unlinking and "these two are distinct" repair nothing: they change the set, and it is resolved again.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from msgspec import Struct

from schemas.company import Company
from schemas.ids import SEPARATOR, customer_id
from schemas.touchpoint import kind_of

Refusal = Literal["unique", "distinct", "size"]
UNDECLARED = 0  # strength of a kind that was taken out of the configuration after it had been seen
UNLIMITED = 1 << 62
_LABEL_TIME = 16  # hexadecimal digits: 64 bits, so that text order is time order


class IdentityRules(Struct, frozen=True):
    """How far each kind of identifier can be trusted; compiled from the company's file."""

    strengths: dict[str, int]
    unique: frozenset[str]
    max_peers: dict[str, int]
    max_weaker: dict[str, int]
    customer_size: int
    crowded: int = UNLIMITED

    @classmethod
    def of(cls, company: Company) -> "IdentityRules":
        """The rules of this company."""
        kinds = company.kinds
        return cls(
            strengths={name: kind.strength for name, kind in kinds.items()},
            unique=frozenset(name for name, kind in kinds.items() if kind.unique),
            max_peers={name: kind.max_peers for name, kind in kinds.items()},
            max_weaker={name: kind.max_weaker for name, kind in kinds.items()},
            customer_size=company.customer_size,
            crowded=company.crowded,
        )

    def strength(self, identifier: str) -> int:
        """How strong its kind is."""
        return self.strengths.get(kind_of(identifier), UNDECLARED)

    def order_ids(self, identifiers: Iterable[str]) -> tuple[str, ...]:
        """Each once, by (strength descending, value): the first one is the anchor."""
        return tuple(sorted(set(identifiers), key=lambda identifier: (-self.strength(identifier), identifier)))

    def is_hub(self, identifier: str, neighbours: tuple[str, ...]) -> bool:
        """Shared by too many: a good customer may have many cookies, but a cookie may not have many customers."""
        kind, own = kind_of(identifier), self.strength(identifier)
        peers = sum(self.strength(neighbour) >= own for neighbour in neighbours)
        return peers > self.max_peers.get(kind, UNLIMITED) or len(neighbours) - peers > self.max_weaker.get(kind, UNLIMITED)


def label_of(logged: int, identifier: str) -> str:
    """The label of the family that an identifier founds. The smaller label wins, so labels only go down and forwarding ends.

    By log time: by event time one late-dated identifier would drag whole families along.
    """
    return f"{logged:0{_LABEL_TIME}x}.{identifier}"


def founded(label: str) -> int:
    """The log time in a label."""
    return int(label[:_LABEL_TIME], 16)


class Resolution(NamedTuple):
    """Who is whom in one family. A toxic identifier belongs to nobody (None)."""

    customers: dict[str, str | None]
    refused: dict[str, Refusal]


def pair(a: str, b: str) -> str:
    """The key of a link; both directions are one link."""
    return f"{a}{SEPARATOR}{b}" if a < b else f"{b}{SEPARATOR}{a}"


def ends(key: str) -> tuple[str, str]:
    """The two identifiers of a pair."""
    a, _, b = key.partition(SEPARATOR)
    return a, b


def holds(key: str, last: int, unlinks: Mapping[str, int]) -> bool:
    """A link holds while its last evidence is newer than the unlink."""
    unlinked = unlinks.get(key)
    return unlinked is None or last > unlinked


def resolve(
    rules: IdentityRules,
    members: Mapping[str, int],
    links: Mapping[str, tuple[int, int]],
    unlinks: Mapping[str, int],
    distincts: Iterable[str],
    toxic: Iterable[str],
) -> Resolution:
    """Cut a family into customers; the same facts give the same customers, in whatever order they became known."""
    nobody = frozenset(toxic)
    clusters = _Clusters(rules, [identifier for identifier in members if identifier not in nobody])
    for key in distincts:
        clusters.keep_apart(*ends(key))
    refused: dict[str, Refusal] = {}
    for key in _strongest_first(rules, links, unlinks, nobody):
        reason = clusters.join(*ends(key))
        if reason is not None:
            refused[key] = reason
    customers: dict[str, str | None] = dict.fromkeys(nobody)
    customers.update(clusters.named(rules, members))
    return Resolution(customers, refused)


def _strongest_first(
    rules: IdentityRules, links: Mapping[str, tuple[int, int]], unlinks: Mapping[str, int], nobody: frozenset[str]
) -> list[str]:
    """The links that hold, by (strength of the weaker end descending, first seen, key)."""
    order = []
    for key, (first, last) in links.items():
        a, b = ends(key)
        if a not in nobody and b not in nobody and holds(key, last, unlinks):
            order.append((-min(rules.strength(a), rules.strength(b)), first, key))
    order.sort()
    return [key for _, _, key in order]


class _Clusters:
    """Disjoint sets that know their unique values and the clusters they must stay apart from, so that asking costs no search."""

    def __init__(self, rules: IdentityRules, identifiers: list[str]) -> None:
        self._size_limit = rules.customer_size
        self._parent = {identifier: identifier for identifier in identifiers}
        self._size = dict.fromkeys(identifiers, 1)
        self._unique = {i: {kind_of(i): i} for i in identifiers if kind_of(i) in rules.unique}
        self._apart: dict[str, set[str]] = {}  # root -> roots

    def root(self, identifier: str) -> str:
        parent = self._parent
        while parent[identifier] != identifier:
            parent[identifier] = identifier = parent[parent[identifier]]
        return identifier

    def keep_apart(self, a: str, b: str) -> None:
        """Before anything is joined: these two are distinct."""
        if a in self._parent and b in self._parent:
            self._apart.setdefault(a, set()).add(b)
            self._apart.setdefault(b, set()).add(a)

    def join(self, a: str, b: str) -> Refusal | None:
        """Make the clusters of `a` and `b` one, unless a guard refuses it."""
        into, gone = self.root(a), self.root(b)
        if into == gone:
            return None
        if self._size[into] + self._size[gone] > self._size_limit:
            return "size"
        ours, theirs = self._unique.get(into, {}), self._unique.get(gone, {})
        if any(ours.get(kind, value) != value for kind, value in theirs.items()):
            return "unique"
        if gone in self._apart.get(into, ()):
            return "distinct"
        if len(self._apart.get(gone, ())) > len(self._apart.get(into, ())):  # the fewer entries move
            into, gone = gone, into
        self._merge(into, gone, {**ours, **theirs})
        return None

    def _merge(self, into: str, gone: str, unique: dict[str, str]) -> None:
        self._parent[gone] = into
        self._size[into] += self._size[gone]
        if unique:
            self._unique[into] = unique
        for other in self._apart.pop(gone, ()):
            self._apart[other].remove(gone)
            self._apart[other].add(into)
            self._apart[into].add(other)

    def named(self, rules: IdentityRules, members: Mapping[str, int]) -> dict[str, str]:
        """Identifier -> customer, who is named after the earliest-seen identifier: the older id survives a merge.

        Of those first seen in one instant the strongest counts, because that is what a timeline row names before anything is known.
        """
        earliest: dict[str, tuple[int, int, str]] = {}
        roots = {identifier: self.root(identifier) for identifier in self._parent}
        for identifier, root in roots.items():
            seen = members[identifier], -rules.strength(identifier), identifier
            if root not in earliest or seen < earliest[root]:
                earliest[root] = seen
        return {identifier: customer_id(earliest[root][2]) for identifier, root in roots.items()}
