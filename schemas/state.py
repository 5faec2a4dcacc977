"""What the stages remember: one value per identifier, one per family, one of the aggregator.

Every value is frozen, and so a snapshot of itself: a transition returns the next one and leaves its input alone. Collections are
dicts and sorted tuples, never sets, so that equal states are equal bytes in every process.
"""

from msgspec import Raw, Struct

from schemas.alert import Alert
from schemas.clock import Clock, Tick
from schemas.contact import ContactPolicy
from schemas.identity import Expected, Join, Separated, Sighted, Touched, Toxic, Unlinked
from schemas.journey import Journey
from schemas.touchpoint import Touchpoint

NOWHERE, BEHIND_ALL = -1, 1 << 62  # positions before the first message of a log, and behind the last
UNKNOWN = "?"  # content of a ledger entry of which two families published different things under one version

Held = tuple[Touchpoint, int]  # a touchpoint and how many toxic identifiers were passed over to attribute it
Span = tuple[int, int]  # when something was first and last seen
Due = tuple[tuple[str, ...], int]  # evaluate once the clock of those departments has reached this instant


class IdentifierState(Struct, frozen=True, array_like=True):
    """What `identify` knows of one identifier. A toxic one forgets its neighbours: nothing about them matters any more."""

    family: str | None = None
    neighbours: tuple[str, ...] = ()  # in order of arrival; at most the limits of its kind
    toxic: bool = False


class IdentityEntry(Struct, frozen=True, array_like=True):
    """What was last published about an identifier."""

    customer_id: str | None
    first_seen: int
    version: int


class FamilyState(Struct, frozen=True, array_like=True, kw_only=True):
    """What `customer` knows of one family. After a Join only `moved_to` is left, for ever."""

    moved_to: str | None = None
    touchpoints: dict[str, Held] = {}  # by event id; only significant ones
    members: dict[str, int] = {}  # identifier -> first seen
    links: dict[str, Span] = {}  # by pair
    rests: dict[str, Span] = {}  # three or more identifiers on touchpoints that were not kept: what is left if the first turns toxic
    unlinks: dict[str, int] = {}  # by pair: links last seen up to then do not hold
    distincts: tuple[str, ...] = ()  # pairs, sorted
    toxic: tuple[str, ...] = ()  # sorted
    identity: dict[str, IdentityEntry] = {}  # the ledgers mirror what the sink holds
    alerts: dict[str, Alert] = {}
    journeys: dict[str, Journey] = {}
    version: int = 0
    clock: Clock = Clock(0)  # of the last evaluation
    dirty: bool = False  # something was added since then
    unresolved: bool = False  # and it concerns identity
    due: tuple[Due, ...] = ()
    received: dict[str, tuple[int, tuple[int, ...]]] = {}  # hand-overs: moved family -> at least how many parts, those that are here
    fresh: tuple[str, ...] = ()  # event ids that were added since the last evaluation, newest last
    policies: dict[str, ContactPolicy] = {}  # by customer; one without holds stays, so that its version is known
    position: int = NOWHERE  # of the last message that changed anything, in the log of the partition


class Waiting(Struct, array_like=True):
    """The part of a saved `FamilyState` that says when it must be evaluated; the rest is not decoded."""

    moved_to: Raw
    touchpoints: Raw
    members: Raw
    links: Raw
    rests: Raw
    unlinks: Raw
    distincts: Raw
    toxic: Raw
    identity: Raw
    alerts: Raw
    journeys: Raw
    version: Raw
    clock: Raw
    dirty: bool
    unresolved: Raw
    due: tuple[tuple[frozenset[str], int], ...]


class Head(Struct, frozen=True, array_like=True):
    """What the key of a state holds that is saved in slices; see `streams.engine.faust.slices`."""

    numbers: tuple[int, ...] = ()  # of the slices, in their order
    digests: tuple[bytes, ...] = ()  # of their contents
    next: int = 0


class Handover(Struct, frozen=True, array_like=True, tag="handover"):
    """To `customer`: everything that the family `source` knew, in one or more parts."""

    family: str
    source: str
    part: int
    parts: int
    body: FamilyState


CustomerMessage = Touched | Sighted | Join | Expected | Toxic | Unlinked | Separated | Handover | Tick


class Level(Struct, frozen=True, array_like=True):
    """What the aggregator has heard for one level of ticks."""

    clocks: dict[int, Clock] = {}  # by reporting partition
    heard: tuple[int, ...] = ()  # partitions that reported since the last tick of this level, sorted
    last: Clock | None = None  # of that tick


class AggregatorState(Struct, frozen=True, array_like=True):
    """Everything the aggregator needs to go on after a restart."""

    levels: dict[int, Level] = {}
