"""Messages with sensible defaults for the tests of `identify` and `customer`."""

from typing import Any

from schemas.ids import event_id
from schemas.touchpoint import Touchpoint
from streams.core.identity import IdentityRules, label_of

HOUR = 3_600_000_000
RULES = IdentityRules(
    strengths={"crm_id": 60, "email": 40, "phone": 30, "cookie": 10},
    unique=frozenset({"crm_id"}),
    max_peers={"crm_id": 2, "email": 2, "phone": 2, "cookie": 1},
    max_weaker={"crm_id": 3, "email": 3, "phone": 3, "cookie": 3},
    customer_size=10,
)
OLD, YOUNG = label_of(1, "email:a"), label_of(2, "email:b")  # two families; the older one wins
LOGGED = 7


def touchpoint(*ids: str, name: str = "1", at: int = 5, type: str = "contact.inbound", **more: Any) -> Touchpoint:
    """A touchpoint of a customer with these identifiers, strongest first."""
    fields: dict[str, Any] = {"source": "desk", "department": "service", "digest": hash_of(name), **more}
    return Touchpoint(event_id=event_id("desk", name), type=type, at=at, ids=ids, **fields)


def hash_of(name: str) -> int:
    """A digest: the same name, the same content."""
    return int.from_bytes(name.encode())
