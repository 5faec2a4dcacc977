"""Commands through ingest: what counts as one, and what it must say."""

import json

import pytest
from msgspec.structs import replace

from schemas.command import ACKNOWLEDGED, DISTINCT, LINKED, SHARED, SILENCED, UNLINKED, Command, commands_source
from schemas.dead_letter import DeadLetter
from schemas.identity import Arrived, Distinct, MakeToxic, Unlink
from schemas.touchpoint import Origin, Touchpoint
from streams.sources.record import Record
from streams.stages.ingest import Ingest
from streams.stages.step import Send
from tests.stages.ingest_company import company

AT, UNTIL = 1_772_582_400_000_000, 1_772_668_800_000_000
INGEST = Ingest(company(), b"key")
SOURCE = commands_source()
EMAIL = INGEST.identifiers.lookups("anna@example.org")[0]


def ingested(event, source=SOURCE):
    return INGEST.ingest(source, Record(Origin("commands.jsonl", 0, 3), event, received_at=AT, logged=7))


def changed(command, **data):
    event = json.loads(command.event())
    return json.dumps(event | {"type": data.pop("type", event["type"]), "data": event["data"] | data}).encode()


def test_a_command_is_an_ordinary_touchpoint_of_nobodys_department():
    command = Command(ACKNOWLEDGED, "kim", AT, (EMAIL,), (("alert", "a1"),), attributes=(("useful", True), ("note", "called back")))
    (send,) = ingested(command.event())
    assert send == Send("identify", EMAIL, Arrived(send.message.touchpoint, 0, 7))
    assert replace(send.message.touchpoint, digest=0) == Touchpoint(
        event_id=command.event_id,
        type=ACKNOWLEDGED,
        at=AT,
        source="commands",
        department="wall",
        ids=(EMAIL,),
        refs={"alert": ("a1",)},
        direction="internal",
        agent="kim",
        attributes={"note": "called back", "useful": True},
        source_event_id=command.id,
        recorded_at=AT,
        origin=Origin("commands.jsonl", 0, 3),
    )


def test_a_rule_for_everybody_is_silenced_on_the_timeline_of_the_source_itself():
    (send,) = ingested(Command(SILENCED, "kim", AT, until=UNTIL, attributes=(("rule", "silence"),)).event())
    said = send.message.touchpoint
    assert (said.ids, said.due_at, said.attributes) == (("source:commands",), UNTIL, {"rule": "silence"})


@pytest.mark.parametrize(
    ("type", "statement"), [(UNLINKED, Unlink("crm_id:C-1", EMAIL, AT, 7)), (DISTINCT, Distinct("crm_id:C-1", EMAIL, 7))]
)
def test_a_statement_about_two_links_them_to_nobody_and_keeps_the_other_for_those_who_read(type, statement):
    told, said = ingested(Command(type, "kim", AT, (EMAIL, "crm_id:C-1")).event())
    assert (told.message.touchpoint.ids, told.message.touchpoint.attributes) == (("crm_id:C-1",), {"other": EMAIL})
    assert said == Send("identify", "crm_id:C-1", statement)


def test_what_is_shared_by_too_many_stands_on_the_timeline_and_identifies_nobody():
    told, said = ingested(Command(SHARED, "kim", AT, (EMAIL,)).event())
    assert (told.message.touchpoint.type, told.message.touchpoint.ids) == ("identity.shared", (EMAIL,))
    assert said == Send("identify", EMAIL, MakeToxic(EMAIL, 7))


def test_two_that_are_one_are_on_one_touchpoint():
    (send,) = ingested(Command(LINKED, "kim", AT, (EMAIL, "crm_id:C-1")).event())
    assert send.message.touchpoint.ids == ("crm_id:C-1", EMAIL)


TAKEN = Command(ACKNOWLEDGED, "kim", AT, (EMAIL,), (("alert", "a1"),))
QUIET = Command(SILENCED, "kim", AT, (EMAIL,), until=UNTIL)


@pytest.mark.parametrize(
    ("event", "reason", "field", "message"),
    [
        (
            changed(TAKEN, type="order.placed"),
            "unmapped",
            "type",
            (
                "order.placed is no command; there are alert.acknowledged, alert.silenced, identity.linked, identity.unlinked, identity.distinct, "
                "identity.shared"
            ),
        ),
        (changed(TAKEN, agent=" "), "missing_field", "agent", "alert.acknowledged does not say who says so"),
        (changed(TAKEN, refs={}), "missing_field", "refs.alert", "alert.acknowledged names no alert"),
        (changed(QUIET, due_at=None), "missing_field", "due_at", "alert.silenced does not say until when"),
        (
            changed(QUIET, refs={"order": "17", "ticket": "9"}),
            "invalid_value",
            "refs",
            "alert.silenced is about one matter; two refs would tie two matters together",
        ),
        (
            Command(SILENCED, "kim", AT, until=UNTIL).event(),
            "missing_field",
            "attributes.rule",
            "alert.silenced names neither an alert, a customer nor a rule",
        ),
        *(
            (changed(TAKEN, known=[wrong]), "invalid_value", "known", "known: an entry is no identifier as the timeline shows them")
            for wrong in ("email:anna@example.org", "nickname:a", "crm_id: C-1", "crm_id:null", "C-1")
        ),
    ],
)
def test_what_says_too_little_is_a_dead_letter(event, reason, field, message):
    (letter,) = ingested(event)
    assert isinstance(letter, DeadLetter)
    assert (letter.source, letter.reason, letter.field, letter.message) == (
        "commands",
        reason,
        field,
        f"commands.jsonl: record 3: {message}",
    )


def test_an_alert_without_a_customer_can_be_silenced_too():
    (send,) = ingested(Command(SILENCED, "kim", AT, (), (("alert", "a1"),), UNTIL).event())
    assert (send.message.touchpoint.ids, send.message.touchpoint.refs) == (("source:commands",), {"alert": ("a1",)})
