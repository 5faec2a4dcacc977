"""A fixture tells stories about one rule: events in, alerts out. It is data that ships with the rule.

A time is local (`2026-01-12 09:00`, in the company's zone) or counted from the story's start (`+3h`, `-30m`; `+2d 1h` is an hour after
the same local time two days later). An expected alert names only what matters: what is left out is not compared, except that an alert
is open and broken unless it says otherwise.
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from schemas.alert import Cause, Change, Level, Severity, Status
from schemas.strict import Duration, Strict
from schemas.touchpoint import Scalar

ABSOLUTE = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?"
RELATIVE = r"[+-]\d+[smhdw]( \d+[smhdw])*"
START = "2026-01-12 09:00"  # a Monday without holidays near it

Shows = Literal["hit", "near miss", "late correction", "boundary", "calendar", "same instant", "merge", "clock"]


def _name(value: object) -> object:
    """Ticket 17 may be written without quotes."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _names(value: object) -> object:
    return tuple(value) if isinstance(value, list) else (value,)


Moment = Annotated[str, StringConstraints(pattern=rf"^{ABSOLUTE}$")]
Time = Annotated[str, StringConstraints(pattern=rf"^({ABSOLUTE}|{RELATIVE})$")]
Name = Annotated[str, BeforeValidator(_name, json_schema_input_type=str | int)]
Names = Annotated[tuple[Name, ...], BeforeValidator(_names, json_schema_input_type=str | int | list[str | int])]


class Common(Strict):
    """What an event may say; under `defaults` for every event that does not say it itself."""

    department: str = Field("", description="left out: the first one that the vocabulary names for the type")
    source: str = Field("", description="the system that reports it; left out: the department")
    identifiers: dict[str, Name] = Field({}, description="kind -> value; left out: crm_id A")
    refs: dict[str, Names] = Field({}, description="kind -> what it is about")
    channel: str = ""
    team: str = ""
    agent: str = ""
    facts: tuple[str, ...] = ()
    due_at: Time | None = Field(None, description="what we promised")
    attributes: dict[str, Scalar] = {}
    sequence: int = Field(0, description="order that the source vouches for inside one instant")
    recorded_at: Time | None = Field(None, description="of two events with one id the later recorded corrects the other")


class Event(Common):
    """One event of the story, in its place of arrival."""

    at: Time
    type: str
    id: Name = Field("", description="so that `because` and `evidence` can name it; left out: its number in the story, from 1")


class ExpectedAlert(Strict):
    """A row of the table of alerts, as it should stand at the end of a step."""

    rule: str = Field("", description="left out: the rule that the fixture is about")
    status: Status = "open"
    level: Level = "broken"
    change: Change | None = Field(None, description="the last thing that happened to it")
    severity: Severity | None = None
    since: Time | None = None
    until: Time | None = None
    occurrences: int | None = None
    matter: str | None = None
    key: Names | None = Field(None, description="the values of the fields that the rule is judged by")
    customer: str | None = Field(None, description="the identifier that the customer is named after, e.g. crm_id:A")
    responsible: str | None = None
    departments: tuple[str, ...] | None = None
    anchor: Name | None = Field(None, description="id of the event that the alert is named after")
    evidence: Names | None = Field(None, description="ids of the events that it rests on, in order of time")
    cause: Cause | None = Field(None, description="why it was withdrawn")
    because: Name | None = Field(None, description="id of the event that changed it")
    successor: Name | None = Field(None, description="anchor of the alert that replaces it")


class Arrival(Strict):
    """What arrives, how far time has come, and what the table of alerts says then (withdrawn alerts stay in it)."""

    events: tuple[Event, ...] = ()
    now: Time | None = Field(None, description="left out: the time of the newest event so far")
    clocks: dict[str, Time] = Field({}, description="departments that are complete only up to an earlier time")
    alerts: tuple[ExpectedAlert, ...] = ()


class Case(Arrival):
    """One story. It is told at once, or in `steps` when the order of arrival matters."""

    name: str = Field(min_length=1, description="a sentence that says what happens to the customer")
    shows: Shows = Field(description="what kind of story it is")
    start: Moment | None = Field(None, description="what + counts from; left out: the fixture's")
    defaults: Common | None = Field(None, description="left out: the fixture's")
    steps: tuple[Arrival, ...] = ()

    @model_validator(mode="after")
    def _told_once(self) -> "Case":
        if self.steps and self.model_fields_set & Arrival.model_fields.keys():
            raise ValueError("events, now, clocks and alerts stand inside the steps when there are steps")
        if not self.steps and not self.events:
            raise ValueError("a story has events, or steps that have events")
        return self

    @property
    def arrivals(self) -> tuple[Arrival, ...]:
        """The story step by step."""
        return self.steps or (self,)


class Fixture(Strict):
    """The stories of one rule."""

    rule: str
    start: Moment = Field(START, description="what + counts from")
    defaults: Common = Common()
    sources: dict[str, Duration] = Field(
        {}, description="for a rule across customers: sources that are read from a topic, and how long each may be quiet"
    )
    equivalent: dict[str, str] = Field({}, description="changes of the rule that no story can tell apart, each with the reason")
    cases: tuple[Case, ...]

    @model_validator(mode="after")
    def _tells_something(self) -> "Fixture":
        if not self.cases:
            raise ValueError("a fixture tells at least one story, under cases")
        return self
