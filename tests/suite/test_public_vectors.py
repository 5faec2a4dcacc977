"""Foreign events through the whole pipeline: a web tracker's with its duplicates, and the CloudEvents that an SDK must accept or refuse."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.data import shared_data
from tests.suite.runners import Runner

pytestmark = [pytest.mark.data, pytest.mark.server]

Written = Callable[[str], Path]

WEB = """
company: Web
pack: none
sources:
  - source: tracker
    department: online
    input: {format: csv, files: "*web_events*.csv"}
    events:
      - type: {from: event_name, map: {page_view: page.viewed}, else: page.used}
        time: derived_tstamp
        recorded: collector_tstamp
        id: event_id
        identifiers: {device: domain_userid, cookie: network_userid}
        attributes: {event: event_name}
types: {page.used: online}
"""
CLOUD = """
company: Cloud
pack: none
identifiers: {system: {strength: 10}}
sources:
  - source: bus
    department: online
    input: {format: cloudevents, files: "*.json"}
    events:
      - type: {from: type, map: {}, else: thing.happened}
        time: [time, "=2018-04-26T14:48:09Z"]
        identifiers: {system: source}
        attributes: {kind: type, version: specversion}
types: {thing.happened: online}
"""
REFUSED = {
    "fail_numeric_decimal": "attribute 'decimal': is neither text, integer nor boolean; write other numbers as text",
    "fail_numeric_long": "attribute 'long': is outside of 32 bits; write it as text",
    "json_data_with_ext_invalid": "attribute 'a_invalid_name': a name has lower-case letters and digits only",
    "json_data_with_ext_upper_case": "attribute 'aString': a name has lower-case letters and digits only",
}


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write a company's file."""

    def write(text: str) -> Path:
        path = tmp_path / "redthread.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_tracker_that_sends_160_records_gives_157_events_and_3_duplicates(embedded_runner: Runner, written: Written):
    outcome = embedded_runner.run(written(WEB), [shared_data("snowplow_web") / "source" / "snowplow_web_events.csv.gz"])
    accounting = outcome.accounting()
    assert (accounting["records"], accounting["timeline_rows"], accounting["duplicates"], accounting["dead_letters"]) == (160, 157, 3, 0)
    assert accounting["balanced"]
    doubled = outcome.query("SELECT event_id, first_topic, first_offset < offset FROM duplicates")
    assert len({event for event, _, _ in doubled}) == 3
    assert {(topic, later) for _, topic, later in doubled} == {("snowplow_web_events.csv.gz", True)}
    assert outcome.query("SELECT uniqExact(source_event_id), count() FROM timeline") == [(157, 157)]


def test_of_31_cloudevents_the_8_that_break_the_specification_are_dead_letters(embedded_runner: Runner, written: Written):
    folder = shared_data("cloudevents") / "sdk-java"
    outcome = embedded_runner.run(written(CLOUD), [folder])
    refused = outcome.query("SELECT topic, offset, reason, message FROM dead_letters ORDER BY topic")
    assert refused == [
        (f"{version}/{name}.json", 0, "not_cloudevents", f"{version}/{name}.json: record 0: the envelope: {problem}")
        for version in ("v03", "v1")
        for name, problem in REFUSED.items()
    ]
    accounting = outcome.accounting()
    assert (accounting["records"], accounting["touchpoints"], accounting["dead_letters"]) == (31, 23, 8)
    assert accounting["balanced"]
