"""Whether a customer may be contacted now: the answer before the mistake.

A hold is a rule that one more contact would break, and until when it would. Where there is none the contact is allowed, so a customer
whom no rule protects at the moment is never mentioned.
"""

from msgspec import Struct


class ContactHold(Struct, frozen=True, array_like=True, kw_only=True):
    """One rule that a contact of these purposes would break."""

    rule: str
    purposes: tuple[str, ...]  # as the company names them: promo, survey, service, sales
    channel: str = ""  # "": on every channel
    about: tuple[str, ...] = ()  # only contacts about all of these: order:4711, matter:order:4711, matter: (none); (): whatever it is about
    until: int | None = None  # None: until a touchpoint ends it
    ends_with: tuple[str, ...] = ()  # types of touchpoints that end it sooner
    why: str = ""  # one sentence in plain words
    because: tuple[str, ...] = ()  # ids of the events that it rests on, oldest first


class ContactPolicy(Struct, frozen=True, array_like=True, tag="contact_policy", kw_only=True):
    """All holds of one customer: without any, every contact is allowed (again). The highest version is the truth, never the last arrival."""

    customer_id: str
    holds: tuple[ContactHold, ...] = ()
    changed_at: int = 0  # `now` of the tick that changed it
    version: int = 0
