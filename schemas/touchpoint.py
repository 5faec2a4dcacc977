"""A touchpoint: one event as it concerns a customer (who, what, when, where, on whose side, about which matter).

Made once by `ingest`, immutable from then on; every later stage, rule and row reads this one shape.
"""

from msgspec import Struct

Scalar = str | int | float | bool | None

NEVER = 1 << 62  # microseconds; later than every instant that a touchpoint can carry

CANARY = "canary"  # the attribute that marks touchpoints of a synthetic customer, see `redthread canary`
CANARY_PREFIX = "canary-"  # of its identifiers, and of the keys of its records
CANARY_DOMAIN = "@canary.invalid"  # of such a customer's address: a domain that cannot exist (RFC 2606)


def is_canary(value: object) -> bool:
    """Does this value of an identifier stand for a synthetic customer?"""
    return isinstance(value, str) and value.startswith(CANARY_PREFIX) and ("@" not in value or value.endswith(CANARY_DOMAIN))


class Origin(Struct, frozen=True, array_like=True):
    """Where the input record was read: a Kafka position, or (file name, 0, record number from 0)."""

    topic: str = ""
    partition: int = 0
    offset: int = 0


class Touchpoint(Struct, frozen=True, array_like=True, kw_only=True):
    """Instants are microseconds since 1970-01-01 UTC. `ids` are `kind:value`, normalised, personal kinds as keyed hashes."""

    event_id: str  # uuid5 of (source, id of the event in its source)
    type: str  # from the vocabulary, e.g. ticket.assigned
    at: int  # when it occurred
    source: str  # which system reported it
    department: str
    ids: tuple[str, ...]  # sorted by (strength descending, value); ids[0] is the anchor
    refs: dict[str, tuple[str, ...]] = {}  # kind -> ids of what it is about, e.g. {"order": ("4711",)}
    channel: str = ""
    direction: str = ""  # inbound (from the customer), outbound (to the customer), internal
    team: str = ""
    agent: str = ""
    facts: tuple[str, ...] = ()  # what the customer had to tell us
    due_at: int | None = None  # what we promised
    attributes: dict[str, Scalar] = {}
    seq: int = 0  # order that the source vouches for inside one instant
    source_event_id: str = ""
    recorded_at: int = 0  # when the source or the broker recorded it
    digest: int = 0  # 64-bit hash of the content: tells a duplicate from a conflicting duplicate
    origin: Origin = Origin()

    @property
    def order(self) -> tuple[int, int, str]:
        """Only to list touchpoints; decides no verdict except the order of holders."""
        return self.at, self.seq, self.event_id


def kind_of(identifier: str) -> str:
    """`email` of `email:9f86d081`."""
    return identifier.partition(":")[0]


def wins(new: Touchpoint, old: Touchpoint) -> bool:
    """Which of two payloads with one event id stays: the later recorded, then the larger digest; never the last arrival."""
    return (new.recorded_at, new.digest) > (old.recorded_at, old.digest)
