"""A record that is made of a mapping read backwards says, read forwards, what was wanted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import encode_json
from schemas.company import Company
from schemas.identity import Arrived
from schemas.source import Source
from schemas.touchpoint import Origin, Touchpoint
from streams.sources.backwards import Unfit, Wanted, record_for
from streams.sources.record import Record
from streams.stages.ingest import Ingest

AT = 1_772_582_400_000_000  # 4 March 2026 00:00 UTC
NAME = "canary-1-desk"
WANTED = Wanted("ticket.assigned", AT, NAME, 3, "repair")
MAPPED = {"type": "ticket.assigned", "time": "at", "identifiers": {"crm_id": "customer"}, "refs": {"ticket": "ticket"}, "team": "team"}


def source(*events, format="jsonl", **more):
    return Source.model_validate({"source": "desk", "department": "service", "input": {"format": format}, "events": events, **more})


def forwards(source: Source, record) -> Touchpoint:
    company = Company(company="c", timezone="Europe/Berlin", sources=(source,))
    (output,) = Ingest(company, b"key").ingest(source, Record(Origin(), encode_json(record), received_at=AT + 10_000_000))
    assert isinstance(output.message, Arrived), output
    return output.message.touchpoint


def backwards(source: Source, wanted: Wanted = WANTED):
    return record_for(Company(company="c", timezone="Europe/Berlin", sources=(source,)), source, wanted)


def test_paths_are_filled_in():
    assert backwards(source(MAPPED)) == {"at": "2026-03-04T00:00:00.000000Z", "customer": NAME, "ticket": NAME, "team": "repair"}


def test_steps_become_objects_and_the_first_path_that_can_be_written_counts():
    nested = MAPPED | {
        "time": ["=", "event.at"],
        "identifiers": {"email": "who.mail"},
        "refs": {"ticket": ["to_string(id)", "event.ticket"]},
    }
    assert backwards(source(nested)) == {
        "event": {"at": "2026-03-04T00:00:00.000000Z", "ticket": NAME},
        "who": {"mail": f"{NAME}@canary.invalid"},
        "team": "repair",
    }


def test_times_are_written_in_the_layout_and_zone_of_the_source():
    written = backwards(source(MAPPED | {"due_at": "due"}, time_format="%d.%m.%Y %H:%M", timezone="America/New_York"))
    assert (written["at"], written["due"]) == ("03.03.2026 19:00", "03.03.2026 20:00")
    assert backwards(source(MAPPED, time_format="%d.%m.%Y %H:%M"))["at"] == "04.03.2026 01:00"  # the company's zone


def test_words_are_looked_up_and_conditions_are_met():
    chosen = MAPPED | {
        "type": {"from": "did", "map": {"x": "ticket.opened", "moved": "ticket.assigned"}},
        "when": "kind == 'human' && flag && n > `1`",
    }
    assert backwards(source(chosen)) == {
        "kind": "human",
        "flag": "canary",
        "did": "moved",
        "at": "2026-03-04T00:00:00.000000Z",
        "customer": NAME,
        "ticket": NAME,
        "team": "repair",
    }


def test_the_id_of_an_event_is_its_own_unless_its_fields_say_something_already():
    assert backwards(source(MAPPED | {"id": ["customer", "log.number"]}))["log"] == {"number": f"{NAME}-3"}


def test_the_second_event_is_taken_where_the_first_one_cannot_be_made():
    computed = MAPPED | {"time": "max(times)"}
    assert backwards(source(computed, MAPPED))["at"] == "2026-03-04T00:00:00.000000Z"


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (MAPPED | {"type": "ticket.opened"}, "it has no event of the type ticket.assigned"),
        (MAPPED | {"time": "max(times)"}, r"its time is computed \(max\(times\)\)"),
        (
            MAPPED | {"identifiers": {"phone": "tel", "source": "=desk"}},
            r"no identifier of ticket.assigned can be made up \(phone, source\)",
        ),
        (MAPPED | {"type": {"from": "=x", "map": {"x": "ticket.assigned"}}}, "nothing that can be written into =x means ticket.assigned"),
        (
            MAPPED | {"type": {"from": "did", "map": {"x": "ticket.opened"}, "else": "ticket.assigned"}},
            "nothing that can be written into did",
        ),
        (MAPPED | {"refs": {"ticket": "at.id"}}, "at.id lies within at, which holds something else"),
    ],
)
def test_it_says_why_a_record_cannot_be_made(event, why):
    with pytest.raises(Unfit, match=why):
        backwards(source(event))


def test_native_events_and_segment_calls_need_no_mapping():
    native, segment = source(format="cloudevents"), source(format="segment")
    told = forwards(native, backwards(native))
    assert (told.type, told.at, told.team, told.refs, told.attributes) == (
        "ticket.assigned", AT, "repair", {"ticket": (NAME,)}, {"canary": True},
    )  # fmt: skip
    for wanted in ("ticket.assigned", "contact.inbound", "order.placed", "product_list.filtered"):
        told = forwards(segment, backwards(segment, WANTED._replace(type=wanted)))
        assert (told.type, told.at, told.ids) == (wanted, AT, (f"user:{NAME}",))
    with pytest.raises(Unfit, match=r"no event name becomes a\.b2c\.d"):
        backwards(segment, WANTED._replace(type="a.b2c.d"))


def test_mapped_cloudevents_get_their_envelope():
    mapped = source(
        MAPPED | {"time": "time", "identifiers": {"email": "data.mail"}, "refs": {"ticket": "data.ticket"}, "team": "data.team"},
        format="cloudevents",
    )
    told = forwards(mapped, backwards(mapped))
    assert (told.type, told.at, told.team, told.refs) == ("ticket.assigned", AT, "repair", {"ticket": (NAME,)})


paths = st.sampled_from(["a", "b", "c.d", "c.e", "f.g.h"])


@given(paths, paths, paths, st.sampled_from([None, "%d.%m.%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]))
def test_what_can_be_read_backwards_is_read_forwards_as_it_was_wanted(customer, ticket, team, layout):
    made = source(MAPPED | {"identifiers": {"crm_id": customer}, "refs": {"ticket": ticket}, "team": team}, time_format=layout)
    told = forwards(made, backwards(made, WANTED._replace(team=NAME)))
    assert (told.type, told.at, told.ids, told.refs, told.team) == ("ticket.assigned", AT, (f"crm_id:{NAME}",), {"ticket": (NAME,)}, NAME)
