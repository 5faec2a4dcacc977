"""Commands as they travel."""

import json

from schemas.command import ACKNOWLEDGED, SILENCED, Command, commands_source
from schemas.export import NativeEvent

AT, UNTIL = 1_772_582_400_000_001, 1_772_668_800_000_000
TAKEN = Command(
    ACKNOWLEDGED, "kim", AT, ("crm_id:C-17",), (("alert", "a1"), ("alert", "a2")), attributes=(("useful", True), ("note", "called back"))
)


def test_a_command_is_a_native_event_that_says_who_and_when():
    event = json.loads(TAKEN.event())
    assert event == {
        "specversion": "1.0",
        "id": TAKEN.id,
        "source": "/redthread/commands",
        "type": "alert.acknowledged",
        "time": "2026-03-04T00:00:00.000001Z",
        "datacontenttype": "application/json",
        "data": {
            "identifiers": {},
            "known": ["crm_id:C-17"],
            "refs": {"alert": ["a1", "a2"]},
            "agent": "kim",
            "attributes": {"useful": True, "note": "called back"},
        },
    }
    assert NativeEvent.model_validate(event).data.agent == "kim"


def test_what_concerns_nobody_in_particular_is_said_to_the_source_itself():
    quiet = Command(SILENCED, "kim", AT, until=UNTIL, attributes=(("rule", "silence"),))
    assert json.loads(quiet.event())["data"] == {
        "identifiers": {"source": "commands"},
        "agent": "kim",
        "due_at": "2026-03-05T00:00:00Z",
        "attributes": {"rule": "silence"},
    }


def test_the_same_command_is_the_same_event_and_any_difference_makes_another():
    others = [
        TAKEN._replace(by="lee"),
        TAKEN._replace(at=AT + 1),
        TAKEN._replace(until=UNTIL),
        TAKEN._replace(known=()),
        TAKEN._replace(refs=TAKEN.refs[:1]),
        TAKEN._replace(attributes=()),
        TAKEN._replace(type=SILENCED),
    ]
    assert TAKEN._replace().event_id == TAKEN.event_id
    assert len({TAKEN.event_id, *(other.event_id for other in others)}) == len(others) + 1


def test_the_built_in_source_belongs_to_no_department_that_has_a_clock():
    source = commands_source("redthread.commands.requests.v1")
    assert (source.source, source.departments, source.input.format, source.input.topic) == (
        "commands",
        ("wall",),
        "cloudevents",
        "redthread.commands.requests.v1",
    )
