"""What travels about identity: the inboxes of the stages `identify` and `customer`, and the changes that `customer` publishes.

A *family* is all identifiers connected by any link: the unit of state and of partitioning. Its label is (log timestamp of the record
that created it, identifier): the smaller label wins, so labels only go down and forwarding ends.
"""

from msgspec import Struct

from schemas.clock import Tick
from schemas.touchpoint import Touchpoint


class Arrived(Struct, frozen=True, array_like=True, tag="arrived"):
    """To `identify`, keyed by `touchpoint.ids[skip]`: a touchpoint looks for its family."""

    touchpoint: Touchpoint
    skip: int
    logged: int  # position in time of the log record: microseconds or a sequence number, never the event time


class Seen(Struct, frozen=True, array_like=True, tag="seen"):
    """To `identify`, keyed by `ids[0]`: touchpoints that nobody kept had these identifiers left after a toxic one was passed over."""

    ids: tuple[str, ...]  # at least two, strongest first
    first: int  # when the earliest and the latest of those touchpoints occurred
    last: int
    logged: int


class Linked(Struct, frozen=True, array_like=True, tag="linked"):
    """To `identify`, keyed by `identifier`: it was seen together with `neighbour`, whose family is `label` (None: neighbour is toxic)."""

    identifier: str
    neighbour: str
    label: str | None


class Repoint(Struct, frozen=True, array_like=True, tag="repoint"):
    """To `identify`, keyed by `identifier`: its family `was` has moved `to`; ignored unless the family is still `was`."""

    identifier: str
    to: str
    was: str


class Unlink(Struct, frozen=True, array_like=True, tag="unlink"):
    """To `identify`, keyed by `a`: links between `a` and `b` that were last seen at or before `at` do not hold."""

    a: str
    b: str
    at: int
    logged: int


class Distinct(Struct, frozen=True, array_like=True, tag="distinct"):
    """To `identify`, keyed by `a`: a person said that `a` and `b` are never the same customer."""

    a: str
    b: str
    logged: int


class MakeToxic(Struct, frozen=True, array_like=True, tag="make_toxic"):
    """To `identify`, keyed by `identifier`: an operator says that too many people share it."""

    identifier: str
    logged: int


IdentifyMessage = Arrived | Seen | Linked | Repoint | Unlink | Distinct | MakeToxic | Tick


class Touched(Struct, frozen=True, array_like=True, tag="touched"):
    """To `customer`: a touchpoint, attributed to `ids[skip]`, of this family."""

    family: str
    touchpoint: Touchpoint
    skip: int


class Sighted(Struct, frozen=True, array_like=True, tag="sighted"):
    """To `customer`: see `Seen`; the family is that of `ids[0]`."""

    family: str
    ids: tuple[str, ...]
    first: int
    last: int


class Join(Struct, frozen=True, array_like=True, tag="join"):
    """To `customer`, keyed by `family`: hand everything over to the family `to` (always the smaller label)."""

    family: str
    to: str


class Expected(Struct, frozen=True, array_like=True, tag="expected"):
    """To `customer`: the family `source` was asked to join this one, which is not judged before it knows what that one knew."""

    family: str
    source: str


class Toxic(Struct, frozen=True, array_like=True, tag="toxic"):
    """To `customer`: this member of the family is shared by too many to identify anybody."""

    family: str
    identifier: str


class Unlinked(Struct, frozen=True, array_like=True, tag="unlinked"):
    """To `customer`: see `Unlink`."""

    family: str
    a: str
    b: str
    at: int


class Separated(Struct, frozen=True, array_like=True, tag="separated"):
    """To `customer`: see `Distinct`."""

    family: str
    a: str
    b: str


class IdentityChange(Struct, frozen=True, array_like=True, tag="identity", kw_only=True):
    """Published: this identifier belongs to `customer_id` (None: to nobody, it is toxic).

    The highest version counts, whichever comes last: while a link travels, two families that know the identifier may both speak of it,
    until one has taken over the other and speaks last.
    """

    identifier: str
    customer_id: str | None
    first_seen: int
    version: int
