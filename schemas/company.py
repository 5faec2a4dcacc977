"""One file describes the company: `redthread.yaml`. Everything that differs between two companies stands here and nowhere else."""

from typing import Any

from pydantic import Field, model_validator

from schemas.across import AcrossRule
from schemas.command import COMMANDS
from schemas.nearest import nearest
from schemas.rule import Hours, Rule, Scalar, Selector
from schemas.source import Source
from schemas.strict import Duration, Strict
from schemas.topics import LARGEST_RECORD

DEPARTMENTS = ("online", "offline", "sales", "service", "marketing")


class IdentifierKind(Strict):
    """A kind of identifier and how far it can be trusted to mean one person."""

    strength: int = Field(ge=1, le=100, description="the stronger identifier of an event is its anchor; links are resolved strongest first")
    unique: bool = Field(False, description="one customer has at most one of this kind; a link that would join two is refused")
    personal: bool = Field(False, description="held as a keyed hash in streams, logs and ClickHouse")
    form: str = Field("text", pattern="^(text|lower|email|phone)$", description="how values are normalised")
    blocked: tuple[str, ...] = Field((), description="values that identify nobody, besides those blocked for every kind")
    max_peers: int = Field(20, ge=1, description="with more stronger or equal neighbours than this it is shared by too many: toxic")
    max_weaker: int = Field(200, ge=1, description="with more weaker neighbours than this it is toxic")


IDENTIFIER_KINDS: dict[str, IdentifierKind] = {
    "crm_id": IdentifierKind(strength=60, unique=True),
    "user": IdentifierKind(strength=55),  # the login of the shop, a Segment userId
    "loyalty": IdentifierKind(strength=50, max_peers=5),
    "email": IdentifierKind(strength=40, personal=True, form="email", max_peers=10),
    "phone": IdentifierKind(strength=30, personal=True, form="phone", max_peers=10),
    "device": IdentifierKind(strength=20, personal=True, max_peers=8),
    "cookie": IdentifierKind(strength=10, personal=True, max_peers=5),
    "source": IdentifierKind(strength=1),  # the timeline of a source itself: heartbeats
}


class JourneySpec(Strict):
    """The life of a matter of one kind."""

    ref: str = Field("", description="the kind of ref that names the matter; left out: the journey's own name")
    opens: Selector
    completes: Selector = ()
    cancels: Selector = ()
    abandoned: Duration | None = Field(None, description="without a touchpoint for so long it is abandoned")
    customer_turn: Selector = Field((), description="from here on we wait for the customer")
    third_party_turn: Selector = Field((), description="from here on we wait for somebody else")
    our_turn: Selector = Field((), description="from here on the customer waits for us again")


class Purpose(Strict):
    """What a contact for this purpose looks like as a touchpoint: rules that forbid or limit such touchpoints have a say in it."""

    type: str = Field(description="its event type, such as campaign.sent")
    department: str = Field(description="who contacts the customer")
    attributes: dict[str, Scalar] = Field({}, description="what the event would say besides, as far as rules look at it")


class ContactRules(Strict):
    """Before a customer is contacted: whether that would break a rule."""

    purposes: dict[str, Purpose] = Field({}, description="what customers are contacted for; without any there is no contact policy")
    channels: tuple[str, ...] = Field(
        (), description="asked for each of these, and for those that occur, where a rule tells channels apart"
    )
    unheeded: tuple[str, ...] = Field((), description="rules that hold no contact; they alert all the same")


class Brake(Strict):
    """When too many records of one source become dead letters, reading stops before they are acknowledged."""

    share: float = Field(0.5, gt=0, le=1, description="more than this share of the last records")
    of: int = Field(1_000, ge=1, description="how many records those are")
    least: int = Field(200, ge=1, description="and at least so many of them")
    in_a_row: int = Field(500, ge=1, description="or so many one after the other")


class Company(Strict):
    """The whole of `redthread.yaml`, with the pack merged in."""

    company: str = Field(description="the company's name")
    timezone: str = Field("UTC", description="for calendar days and for times without an offset, unless a source has its own")
    country: str = Field("DE", description="default region of phone numbers (ISO 3166)")
    departments: tuple[str, ...] = Field(DEPARTMENTS, description="who can meet the customer")
    identifiers: dict[str, IdentifierKind] = Field({}, description="changes and additions to the shipped kinds")
    customer_size: int = Field(200, ge=2, description="a link that would make a customer of more identifiers is refused")
    crowded: int = Field(5_000, ge=1, description="an identifier with more touchpoints that matter to rules or journeys is an alert")
    plus_tags: bool = Field(True, description="anna+shop@example.org is another address than anna@example.org")
    mail_providers: bool = Field(False, description="dots, tags and second domains do not count where a known mail provider ignores them")
    own_addresses: tuple[str, ...] = Field(
        (), description="the company's own mail addresses, domains and phone numbers: they identify no customer"
    )
    sources: tuple[Source, ...] = ()
    matter: tuple[str, ...] = Field(
        ("order", "ticket", "lead", "deal", "quote", "return"),
        description="kinds of ref that tie touchpoints into one matter; never account, product or contract",
    )
    calendars: dict[str, Hours] = {}
    types: dict[str, str | tuple[str, ...]] = Field({}, description="event types of the company's own, and who reports them")
    words: dict[str, Selector] = Field({}, description="selectors used by several rules, named once")
    journeys: dict[str, JourneySpec] = {}
    rules: dict[str, Rule] = {}
    across: dict[str, AcrossRule] = Field({}, description="rules across customers: queries over the views, asked on a schedule")
    contact_policy: ContactRules = ContactRules()
    max_record: int = Field(1_000_000, ge=1_000, description="bytes; a larger input record is a dead letter")
    brake: Brake = Field(Brake(), description="stops a bad deploy from sending everything to the dead letters")
    ahead: Duration = Field("1d", description="an event further in the future than this is a dead letter")

    @property
    def kinds(self) -> dict[str, IdentifierKind]:
        """The shipped kinds of identifier with the company's own on top."""
        return IDENTIFIER_KINDS | self.identifiers

    @model_validator(mode="before")
    @classmethod
    def _shared_names(cls, value: Any) -> Any:
        """Top-level keys that start with `x-` are left to YAML anchors."""
        return {k: v for k, v in value.items() if not str(k).startswith("x-")} if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _known_names(self) -> "Company":
        for source in self.sources:
            if source.source == COMMANDS:
                raise ValueError(f"source {COMMANDS}: this name is taken by what people say to Redthread; choose another")
            for department in source.departments:
                if department not in self.departments:
                    near = nearest(department, self.departments)
                    raise ValueError(f"source {source.source}: department {department!r} is not declared under departments{near}")
        for name in sorted(self.across.keys() & self.rules.keys()):
            raise ValueError(f"across.{name}: there is a rule of that name under rules: too")
        if self.max_record > LARGEST_RECORD and any(source.input.topic for source in self.sources):
            raise ValueError(f"max_record: {self.max_record:,} is more than the {LARGEST_RECORD:,} bytes that a source on a topic can have")
        return self
