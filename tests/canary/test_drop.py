"""A file that a source could have written: what is read from it is what was to be sent."""

from pathlib import Path

import pytest
from msgspec import json

from schemas.source import Source
from streams.canary.drop import drop
from streams.sources.backwards import Unfit
from streams.sources.readers import read

RECORDS = [{"at": "2026-03-04 10:00", "who": "canary-1", "why": 'a "b"; c'}, {"at": "2026-03-04 11:00", "who": "canary-1"}]
EVENT = {"type": "contact.inbound", "time": "at", "identifiers": {"crm_id": "who"}}


def source(**given) -> Source:
    return Source.model_validate({"source": "desk", "department": "service", "input": {"files": "desk*.txt", **given}, "events": [EVENT]})


def written(folder: Path, source: Source, records=RECORDS) -> Path:
    return drop(source, folder, "canary-1-desk", [json.encode(record) for record in records])


@pytest.mark.parametrize(
    "given",
    [
        {"format": "jsonl"},
        {"format": "json"},
        {"format": "json", "records": "page.items"},
        {"format": "csv", "delimiter": ";", "encoding": "utf-16"},
        {"format": "csv", "columns": ["why", "who", "at"]},
    ],
)
def test_what_is_read_is_what_was_to_be_sent(given, tmp_path):
    made = source(**given)
    path = written(tmp_path, made)
    assert [file.name for file in tmp_path.iterdir()] == ["deskcanary-1-desk.txt"] == [path.name]
    values = [record.value or json.decode(record.raw) for record in read(path, made, longest=10_000)]
    assert [{key: value for key, value in record.items() if value} for record in values] == RECORDS


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"format": "xes"}, "a file of format xes cannot be made up"),
        ({"format": "json", "records": "pages[].items[]"}, "a file of format json cannot be made up"),
        ({"format": "jsonl", "files": "desk.jsonl"}, r"no file name is made of its files: \(desk.jsonl\)"),
        ({"format": "csv"}, "its mapping looks for objects, and a table has none"),
    ],
)
def test_it_says_why_no_file_can_be_written(given, why, tmp_path):
    with pytest.raises(Unfit, match=why):
        written(tmp_path, source(**given), [{"who": {"id": "canary-1"}}])
    assert list(tmp_path.iterdir()) == []
