"""Commands: what people say about alerts and about who is who. An ordinary touchpoint of a built-in source, so it stands on the timeline.

| Type | Says | Names |
|---|---|---|
| `alert.acknowledged` | somebody takes care | ref `alert`; attribute `useful`: was it of use? |
| `alert.silenced` | nobody wants to hear of it until `due_at`; an end that is not after `time` takes a silence back | ref `alert`, or one ref of a matter, or the customer alone; attribute `rule` narrows it |
| `identity.linked`, `identity.unlinked`, `identity.distinct` | these two are one customer, are not linked, are never one | two identifiers |
| `identity.shared` | too many people, or a machine, have this: it identifies nobody, for ever | one identifier |

`agent` says who, `time` when, attribute `note` why. What concerns no single customer (a rule for everybody, an alert without a customer)
is said to the source itself. The source belongs to no department: it neither holds a clock nor moves one.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from schemas.codec import encode_json
from schemas.ids import derived_id, event_id
from schemas.source import Input, Source
from schemas.touchpoint import Scalar

COMMANDS = "commands"  # the name of the source; companies cannot have one of that name
WALL = "wall"  # the department that has no clock of its own: see `vocabulary.yaml`
EVERYBODY = f"source:{COMMANDS}"  # who is concerned by what concerns no single customer
ALERT = "alert"  # the kind of ref that names an alert
RULE = "rule"  # the attribute that names a rule

ACKNOWLEDGED, SILENCED = "alert.acknowledged", "alert.silenced"
LINKED, UNLINKED, DISTINCT, SHARED = "identity.linked", "identity.unlinked", "identity.distinct", "identity.shared"
ABOUT_ALERTS = frozenset({ACKNOWLEDGED, SILENCED})
ABOUT_IDENTITY = (LINKED, UNLINKED, DISTINCT, SHARED)
TYPES = (ACKNOWLEDGED, SILENCED, *ABOUT_IDENTITY)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SCOPE = "/redthread/commands"


def commands_source(topic: str = "") -> Source:
    """The built-in source, as read from a topic or from the data folder."""
    return Source(source=COMMANDS, department=WALL, input=Input(format="cloudevents", topic=topic))


class Command(NamedTuple):
    """One command, ready to be sent. `at` and `until` are microseconds."""

    type: str
    by: str
    at: int
    known: tuple[str, ...] = ()  # identifiers as the timeline shows them; none: it concerns everybody
    refs: tuple[tuple[str, str], ...] = ()
    until: int | None = None
    attributes: tuple[tuple[str, Scalar], ...] = ()

    @property
    def id(self) -> str:
        """The same command said again in the same instant is the same event."""
        words = [f"{name}={value}" for name, value in (*self.refs, *self.attributes)]
        return derived_id("command", self.type, self.by, str(self.at), str(self.until), *self.known, *words)

    @property
    def event_id(self) -> str:
        """What its touchpoint is called."""
        return event_id(_SCOPE, self.id)

    def event(self) -> bytes:
        """As a CloudEvent (1.0, structured JSON): what the topic takes, and what tools may send by themselves."""
        refs: dict[str, list[str]] = {}
        for kind, value in self.refs:
            refs.setdefault(kind, []).append(value)
        said: dict[str, Any] = {
            "identifiers": {} if self.known else {"source": COMMANDS},
            "known": list(self.known),
            "refs": refs,
            "agent": self.by,
            "due_at": None if self.until is None else _text(self.until),
            "attributes": dict(self.attributes),
        }
        return encode_json(
            {
                "specversion": "1.0",
                "id": self.id,
                "source": _SCOPE,
                "type": self.type,
                "time": _text(self.at),
                "datacontenttype": "application/json",
                "data": {name: value for name, value in said.items() if value or name == "identifiers"},
            }
        )


def _text(at: int) -> str:
    return (_EPOCH + timedelta(microseconds=at)).isoformat().replace("+00:00", "Z")
