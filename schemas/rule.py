"""The rule language: four verbs over one idea. A *span* opens with a touchpoint and ends; everything else is a parameter."""

import re
from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from schemas.alert import Severity
from schemas.strict import Duration, Strict

Scalar = str | int | float | bool

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY = "|".join(WEEKDAYS)
_DAYS = re.compile(rf"({_WEEKDAY})(-({_WEEKDAY}))?(, *({_WEEKDAY})(-({_WEEKDAY}))?)*")
_OPENING = re.compile(r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)")


class Test(Strict):
    """A test on one field; a bare value means equal, a list means one of."""

    lt: Scalar | None = Field(None, description="less than")
    le: Scalar | None = Field(None, description="less than or equal")
    gt: Scalar | None = Field(None, description="greater than")
    ge: Scalar | None = Field(None, description="greater than or equal")
    no: Scalar | tuple[Scalar, ...] | None = Field(None, alias="not", description="none of these; a missing value passes")
    exists: bool | None = Field(None, description="whether there is a value at all")


class Select(Strict):
    """Touchpoints of a type (or of several, or of a glob) whose fields pass the tests."""

    type: str | tuple[str, ...] = Field(description="event types, globs or words")
    where: dict[str, Scalar | tuple[Scalar, ...] | Test] = Field({}, description="tests by field; all have to pass")


Selector = str | Select | tuple[str | Select, ...]  # a type, a glob (ticket.*), or a word of the company (no dot)


class Pause(Strict):
    """The clock stands still in between."""

    after: Selector = Field(description="from here on it stands still")
    until: Selector = Field(description="from here on it runs again")


class Expect(Strict):
    """Response: what `after` opens, `then` must close in time."""

    after: Selector = Field(description="opens the obligation")
    then: Selector = Field(description="meets it")
    unless: Selector = Field((), description="or one of these, which excuses it")
    within: Duration | None = Field(None, description="counted in the rule's calendar; days end at the same local time")
    by: str | None = Field(None, description="the field of the opening touchpoint that holds the due time")
    grace: Duration | None = Field(None, description="added to `by`")
    end_of: Literal["day"] | None = Field(None, description="due at the end of that local day")
    pause: Pause | None = Field(None, description="while it lasts, `within` does not run")
    warn: Duration | None = Field(None, description="so long before it is due, it is at risk")
    anytime: bool = Field(False, description="an earlier `then` counts too")

    @model_validator(mode="after")
    def _timed(self) -> "Expect":
        if not self.within and not self.by:
            raise ValueError("expect needs within: or by:")
        if self.pause and (self.by or (self.within or "")[-1:] in "dw"):
            raise ValueError("pause needs within: in hours or minutes")
        return self


class Span(Strict):
    """How long something that began is still going on: until an event, for a time, or till an instant that it names."""

    until: Selector = Field((), description="a touchpoint that ends it")
    within: Duration | None = Field(None, description="after so long it is over, counted in the rule's calendar; see `expect`")
    till: str | None = Field(None, description="the field that holds the instant at which it ends")
    each: str | None = Field(
        None, description="spans are told apart by this field: a touchpoint of `until` ends, and breaks, only those whose value it shares"
    )


class Forbid(Span):
    """Not response (`after`) or precedence (`before`)."""

    what: Selector = Field(description="what must not happen")
    after: Selector = Field((), description="once this has happened")
    before: Selector = Field((), description="until this has happened")
    others: bool = Field(False, description="only by another `each` than the span's")
    grace: Duration | None = Field(None, description="so close to the edge it is not counted")
    times: int = Field(1, ge=1, description="so often at least")

    @model_validator(mode="after")
    def _one_side(self) -> "Forbid":
        if bool(self.after) == bool(self.before):
            raise ValueError("forbid needs exactly one of after:, before:")
        if self.before and (self.within or self.till or self.each or self.others):
            raise ValueError("forbid with before: takes no within, till, each or others")
        return self


class Limit(Span):
    """At most so many going on at once; without `each` every touchpoint counts for itself."""

    what: Selector = Field(description="what is counted")
    at_most: int = Field(ge=1, description="so many are allowed")


class PingPong(Strict):
    """The holder goes A, B, A."""

    what: Selector = Field(description="what gives it to a holder")
    holder: str = Field(description="the field that names the holder")
    within: Duration | None = Field(None, description="A has it back so soon after its own last touch")
    ignore: tuple[Scalar, ...] = Field((), description="holders that do not count")
    direct: bool = Field(True, description="exactly one holder in between")
    times: int = Field(1, ge=1, description="so many returns at least")
    until: Selector = Field((), description="a touchpoint after which counting begins anew")


Texts = dict[Literal["en", "de"], str]  # the same sentence for people, by language


class Rule(Strict):
    """What must, must not, may how often, or who. Exactly one verb."""

    title: str = Field(description="its name for people")
    severity: Severity = "warning"
    enabled: bool = Field(True, description="false: as if it were not there")
    means: Texts = Field({}, description="what it means for the customer")
    first_step: Texts = Field({}, description="what the department that is responsible does first")
    who: str | None = Field(None, description="the department that has to act")
    per: str | tuple[str, ...] = Field("matter", description="touchpoints judged together: matter, customer, ref.order, any field")
    calendar: str | None = Field(None, description="one of `calendars`, in which `within` is counted; left out: around the clock")
    hears: str | tuple[str, ...] | None = Field(None, description="whose clocks count; left out: all who report what could end it")
    judge: Literal["now", "settled"] = Field("now", description="settled: only touchpoints up to the lowest clock")
    sure: bool | None = Field(None, description="wait until those concerned are complete; precedence does")
    loose: bool = Field(False, description="an answer without a matter answers for every matter")
    budget: float | None = Field(
        None, ge=0, description="alerts per 1,000 active customers and month that it should stay under; a back-test compares"
    )
    expect: Expect | None = None
    forbid: Forbid | None = None
    limit: Limit | None = None
    pingpong: PingPong | None = None

    @model_validator(mode="after")
    def _one_verb(self) -> "Rule":
        if sum(verb is not None for verb in (self.expect, self.forbid, self.limit, self.pingpong)) != 1:
            raise ValueError("a rule has exactly one of expect, forbid, limit, pingpong")
        return self


def _weekdays(text: str) -> str:
    if not _DAYS.fullmatch(text):
        raise ValueError(f"{text!r} names no days of the week: write mon, mon-fri or mon-thu,sat")
    return text


def _opening(text: str) -> str:
    if not _OPENING.fullmatch(text):
        raise ValueError(f"{text!r} is no opening time: write 08:00-18:00; 22:00-06:00 ends on the next day")
    return text


def _date(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no date: write 2026-12-24") from None
    return text


def _day(text: str) -> str:
    return text if re.fullmatch(r"\d\d-\d\d", text) and _date(f"2024-{text}") else _date(text)


def _timezone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{text!r} is no time zone: write one such as Europe/Berlin") from None
    return text


Opening = Annotated[str, AfterValidator(_opening)]


class Hours(Strict):
    """When a calendar is open."""

    tz: Annotated[str, AfterValidator(_timezone)] = Field("UTC", description="time zone of the hours, such as Europe/Berlin")
    hours: dict[Annotated[str, AfterValidator(_weekdays)], tuple[Opening, ...]] | None = Field(
        None, description='such as {mon-fri: ["08:00-18:00"]}; left out: always'
    )
    country: str | None = Field(None, description="its public holidays are closed (ISO 3166)")
    region: str | None = Field(None, description="a part of the country with public holidays of its own")
    closed: tuple[Annotated[str, AfterValidator(_date)], ...] = Field((), description="dates on which it is closed")
    special: dict[Annotated[str, AfterValidator(_day)], tuple[Opening, ...]] = Field(
        {}, description='hours of single days: "2026-12-24" or every year "12-24"'
    )
