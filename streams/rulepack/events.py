"""The events of a story as the touchpoints that ingest would make of them."""

from hashlib import sha256
from typing import Any, NamedTuple

from schemas.fixture import Case, Common, Event, Fixture
from schemas.touchpoint import Touchpoint
from schemas.vocabulary import VOCABULARY
from streams.core.identity import IdentityRules
from streams.rulepack.times import instant

SOMEBODY = {"crm_id": "A"}  # the customer of a story that names none
DIGEST_BYTES = 8


class Setting(NamedTuple):
    """What a story leaves unsaid."""

    start: str
    timezone: str
    defaults: Common
    identity: IdentityRules
    catalogue: dict[str, tuple[str, ...]]

    def at(self, text: str) -> int:
        """A time of this story."""
        return instant(text, self.start, self.timezone)

    def of(self, fixture: Fixture, case: Case) -> "Setting":
        """As the fixture and the case say."""
        return self._replace(start=case.start or fixture.start, defaults=case.defaults or fixture.defaults)


def touchpoint(event: Event, number: int, setting: Setting) -> Touchpoint:
    """`number` is the event's place in the story, from 1."""
    said: dict[str, Any] = {name: getattr(setting.defaults, name) for name in Common.model_fields}
    said |= {name: getattr(event, name) for name in event.model_fields_set & Common.model_fields.keys()}
    known = VOCABULARY.get(event.type)
    department = said["department"] or (known.departments if known else setting.catalogue[event.type])[0]
    identifiers = said["identifiers"] or SOMEBODY
    at = setting.at(event.at)
    return Touchpoint(
        event_id=event.id or str(number),
        type=event.type,
        at=at,
        source=said["source"] or department,
        department=department,
        ids=setting.identity.order_ids(f"{kind}:{value}" for kind, value in identifiers.items()),
        refs=said["refs"],
        channel=said["channel"],
        direction=known.direction if known else "",
        team=said["team"],
        agent=said["agent"],
        facts=said["facts"],
        due_at=None if said["due_at"] is None else setting.at(said["due_at"]),
        attributes=said["attributes"],
        seq=said["sequence"],
        recorded_at=at if said["recorded_at"] is None else setting.at(said["recorded_at"]),
        digest=int.from_bytes(sha256(event.model_dump_json().encode()).digest()[:DIGEST_BYTES]),
    )
