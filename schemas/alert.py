"""An alert is the life of one finding. Each change of it is one message; the highest version is the truth, never the last arrival."""

from typing import Literal

from msgspec import Struct

Severity = Literal["critical", "high", "warning", "info"]
Level = Literal["at_risk", "broken"]  # at_risk: the rule's `warn` time has come, its due time has not
Status = Literal["open", "held", "acknowledged", "silenced", "resolved", "withdrawn"]
Change = Literal["opened", "updated", "held", "acknowledged", "silenced", "resolved", "withdrawn"]
Cause = Literal["late_event", "superseded", "identity_merge", "identity_split", "correction", "erasure", "rule_change"]


class Evidence(Struct, frozen=True, array_like=True):
    """A touchpoint that the finding rests on."""

    event_id: str
    at: int
    type: str
    department: str


class Alert(Struct, frozen=True, array_like=True, tag="alert", kw_only=True):
    """Everything up to `evidence`, and what people `said`, is a pure function of the events and clocks; the rest tells the history of the alert."""

    alert_id: str  # uuid5(rule, per-key, anchor event id)
    rule: str
    rule_version: str  # short hash of the rule's compiled text
    status: Status
    level: Level
    severity: Severity
    customer_id: str | None
    matter: str  # "order:4711", or "" when the rule is judged per customer
    journey: str  # the kind of journey that the matter belongs to, or ""
    key: tuple[str, ...] = ()  # the values of the fields that the rule is judged by
    anchor: str = ""  # event id
    responsible: str = ""  # the department that has to act
    departments: tuple[str, ...] = ()  # those that the evidence comes from, in order of appearance
    starts_at: int = 0  # since when the rule is broken
    ends_at: int | None = None  # None: it is still going on
    occurrences: int = 1
    title: str = ""
    summary: str = ""  # one sentence in plain words
    identifiers: tuple[str, ...] = ()  # through which the evidence was joined to one customer
    evidence: tuple[Evidence, ...] = ()  # oldest first; of more than 100 events the first and the last 50, and `occurrences` counts all
    change: Change = "opened"
    cause: Cause | None = None  # why it was withdrawn
    because: str = ""  # event id of the touchpoint that changed it, where one did
    successor: str = ""  # alert id that replaces a superseded one
    historical: bool = False  # of the past, as a backfill or replay finds it: stored, never delivered
    changed_at: int = 0  # `now` of the tick that changed it
    version: int = 0
    said: str = ""  # content too: event id of the command that made it acknowledged or silenced
    said_by: str = ""  # who said so
    said_until: int | None = None  # until when it is silenced
