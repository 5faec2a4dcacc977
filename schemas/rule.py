"""The rule language: four verbs over one idea. A *span* opens with a touchpoint and ends; everything else is a parameter."""

from typing import Literal

from pydantic import Field, model_validator

from schemas.strict import Duration, Strict

Scalar = str | int | float | bool
Severity = Literal["critical", "high", "warning", "info"]


class Test(Strict):
    """A test on one field; a bare value means equal, a list means one of."""

    lt: Scalar | None = None
    le: Scalar | None = None
    gt: Scalar | None = None
    ge: Scalar | None = None
    no: Scalar | tuple[Scalar, ...] | None = Field(None, alias="not")
    exists: bool | None = None


class Select(Strict):
    """Touchpoints of a type (or of several, or of a glob) whose fields pass the tests."""

    type: str | tuple[str, ...]
    where: dict[str, Scalar | tuple[Scalar, ...] | Test] = {}


Selector = str | Select | tuple[str | Select, ...]  # a type, a glob (ticket.*), or a word of the company (no dot)


class Pause(Strict):
    """The clock stands still in between."""

    after: Selector
    until: Selector


class Expect(Strict):
    """Response: what `after` opens, `then` must close in time."""

    after: Selector
    then: Selector
    unless: Selector = Field((), description="or one of these, which excuses it")
    within: Duration | None = Field(None, description="counted in the rule's calendar")
    by: str | None = Field(None, description="the field of the opening touchpoint that holds the due time")
    grace: Duration | None = Field(None, description="added to `by`")
    end_of: Literal["day"] | None = Field(None, description="due at the end of that local day")
    pause: Pause | None = None
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

    until: Selector = ()
    within: Duration | None = None
    till: str | None = Field(None, description="the field that holds the instant at which it ends")
    each: str | None = Field(None, description="spans are told apart by this field")


class Forbid(Span):
    """Not response (`after`) or precedence (`before`)."""

    what: Selector
    after: Selector = ()
    before: Selector = ()
    others: bool = Field(False, description="only by another `each` than the span's")
    grace: Duration | None = Field(None, description="so close to the edge it is not counted")
    times: int = Field(1, ge=1)

    @model_validator(mode="after")
    def _one_side(self) -> "Forbid":
        if bool(self.after) == bool(self.before):
            raise ValueError("forbid needs exactly one of after:, before:")
        if self.before and (self.within or self.till or self.each or self.others):
            raise ValueError("forbid with before: takes no within, till, each or others")
        return self


class Limit(Span):
    """At most so many going on at once; without `each` every touchpoint counts for itself."""

    what: Selector
    at_most: int = Field(ge=1)


class PingPong(Strict):
    """The holder goes A, B, A."""

    what: Selector
    holder: str = Field(description="the field that names the holder")
    within: Duration | None = Field(None, description="A has it back so soon after its own last touch")
    ignore: tuple[Scalar, ...] = Field((), description="holders that do not count")
    direct: bool = Field(True, description="exactly one holder in between")
    times: int = Field(1, ge=1)
    until: Selector = ()


Texts = dict[Literal["en", "de"], str]  # the same sentence for people, by language


class Rule(Strict):
    """What must, must not, may how often, or who. Exactly one verb."""

    title: str
    severity: Severity = "warning"
    enabled: bool = True
    means: Texts = Field({}, description="what it means for the customer")
    first_step: Texts = Field({}, description="what the department that is responsible does first")
    who: str | None = Field(None, description="the department that has to act")
    per: str | tuple[str, ...] = Field("matter", description="touchpoints judged together: matter, customer, ref.order, any field")
    calendar: str | None = None
    hears: str | tuple[str, ...] | None = Field(None, description="whose clocks count; left out: all who report what could end it")
    judge: Literal["now", "settled"] = Field("now", description="settled: only touchpoints up to the lowest clock")
    sure: bool | None = Field(None, description="wait until those concerned are complete; precedence does")
    loose: bool = Field(False, description="an answer without a matter answers for every matter")
    budget: float | None = Field(None, ge=0, description="alerts per 1,000 customers that it should stay under")
    expect: Expect | None = None
    forbid: Forbid | None = None
    limit: Limit | None = None
    pingpong: PingPong | None = None

    @model_validator(mode="after")
    def _one_verb(self) -> "Rule":
        if sum(verb is not None for verb in (self.expect, self.forbid, self.limit, self.pingpong)) != 1:
            raise ValueError("a rule has exactly one of expect, forbid, limit, pingpong")
        return self


class Hours(Strict):
    """When a calendar is open."""

    tz: str = "UTC"
    hours: dict[str, tuple[str, ...]] | None = Field(None, description='such as {mon-fri: ["08:00-18:00"]}; left out: always')
    country: str | None = Field(None, description="its public holidays are closed")
    region: str | None = None
    closed: tuple[str, ...] = Field((), description="dates on which it is closed")
    special: dict[str, tuple[str, ...]] = Field({}, description='hours of single days: "2026-12-24" or every year "12-24"')
