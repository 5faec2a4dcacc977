"""Rules across customers: a reading query over the views, asked on a schedule. One row is one finding.

    unheard_theme:
      key: [kind, theme]                                  # columns that tell findings apart
      parameters: {customers: 5, within: 14d}             # a duration reaches the query in seconds
      query: SELECT ... WHERE occurred_at > {now:DateTime64(6, 'UTC')} - toIntervalSecond({within:UInt64}) ...
      summary: {en: "{size} customers report {theme}."}   # {name} takes a column of the row

What a column means follows from its name (`MEANING`); every other column is there for the sentence. A query may be asked as of any
instant, also one that has passed, so it reads the time from `{now:...}` and from nowhere else.
"""

import re
from collections.abc import Iterator, Mapping
from string import Formatter
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from schemas.alert import Severity
from schemas.nearest import nearest
from schemas.rule import Scalar, Texts
from schemas.strict import Duration, Strict

MEANING: Mapping[str, str] = MappingProxyType(
    {
        "starts_at": "since when the rule is broken (required)",
        "ends_at": "until when; null, or left out, while it goes on",
        "size": "how many; left out: 1",
        "customer_id": "the one customer that it is about, where there is one",
        "departments": "departments that it concerns",
        "evidence": "sample of events: tuples of event_id, at, type, department",
    }
)
GIVEN: Mapping[str, str] = MappingProxyType(
    {
        "now": "the instant that is asked for: DateTime64(6, 'UTC')",
        "sources": "names of the company's sources: Array(String)",
        "quiet": "seconds after which each of them counts as silent, in the same order: Array(UInt64)",
        "live": "those that are read from a topic: Array(String)",
    }
)
PLACEHOLDER = re.compile(r"\{([A-Za-z_]\w*):[^{}]+\}")
# Answers of these differ between two times of asking; comments and texts are taken out first.
UNREPEATABLE = re.compile(r"\b(now|now64|today|yesterday|rand\w*|generateUUIDv[47]|current_timestamp)\s*\(", re.IGNORECASE)
SILENT = re.compile(r"'(?:[^'\\]|\\.|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)


def _list(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _sentence(texts: Texts) -> Texts:
    for text in texts.values():
        for name in placeholders_of(text):
            if not name.isidentifier():
                raise ValueError(f"{{{name}}} names no column: write {{size}}")
    return texts


def placeholders_of(text: str) -> Iterator[str]:
    """The columns that a sentence names; raises `ValueError` for a brace that is not closed."""
    return (name for _, name, _, _ in Formatter().parse(text) if name is not None)


Columns = Annotated[
    tuple[Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]\w*$")], ...],
    BeforeValidator(_list, json_schema_input_type=str | list[str]),
    Field(min_length=1),
]


class AcrossRule(Strict):
    """What must not become of many customers, a department or a source; asked of the views."""

    title: str = Field(description="its name for people")
    severity: Severity = "warning"
    enabled: bool = Field(True, description="false: as if it were not there")
    means: Texts = Field({}, description="what it means for the customers")
    first_step: Texts = Field({}, description="what the department that is responsible does first")
    who: str | None = Field(None, description="the department that has to act")
    every: Duration = Field("5m", description="how often it is asked")
    key: Columns = Field(description="columns of the query that tell findings apart")
    parameters: dict[str, Scalar | tuple[Scalar, ...]] = Field(
        {}, description="values of {name:Type} in the query; a duration is in seconds"
    )
    query: str = Field(description="SELECT over the views as of {now:DateTime64(6, 'UTC')}; one row is one finding")
    summary: Annotated[Texts, AfterValidator(_sentence), Field(min_length=1)] = Field(
        description="one sentence about a finding; {name} takes a column of the row"
    )
    budget: float | None = Field(None, ge=0, description="alerts a month that it should stay under")

    @model_validator(mode="after")
    def _asked_for_what_there_is(self) -> "AcrossRule":
        spoken = SILENT.sub(" ", self.query)
        if found := UNREPEATABLE.search(spoken):
            raise ValueError(f"query: {found[1]}() is another value every time: write {{now:DateTime64(6, 'UTC')}}")
        used = self.placeholders
        if "now" not in used:
            raise ValueError("query: says for no instant what it asks: use {now:DateTime64(6, 'UTC')}")
        for name in self.parameters:
            if name in GIVEN:
                raise ValueError(f"parameters.{name}: is given by Redthread: {GIVEN[name]}")
            if name not in used:
                raise ValueError(f"parameters.{name}: the query does not use it{nearest(name, used - GIVEN.keys())}")
        for name in sorted(used - GIVEN.keys() - self.parameters.keys()):
            raise ValueError(f"query: nothing says what {{{name}:...}} is{nearest(name, {*self.parameters, *GIVEN})}")
        return self

    @property
    def placeholders(self) -> frozenset[str]:
        """Names of the parameters that the query takes."""
        return frozenset(PLACEHOLDER.findall(self.query))
