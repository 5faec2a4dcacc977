"""Files as they come: packed, broken, in the wrong encoding; the good records around what is broken are in."""

import gzip
import io
import random
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.dead_letter import DeadLetter
from schemas.source import Source
from schemas.touchpoint import Origin
from streams.sources.readers import read, read_stream, source_of
from streams.sources.record import Record

LONGEST = 1_000
EVENT = {"type": "order.placed", "time": "at", "identifiers": {"crm_id": "who"}}


def source(form="csv", **options) -> Source:
    events = [] if form in ("cloudevents", "segment") else [EVENT]
    return Source.model_validate({"source": "shop", "department": "online", "input": {"format": form, **options}, "events": events})


def records(content: bytes, form="csv", *, start=0, longest=LONGEST, **options) -> list[Record | DeadLetter]:
    return list(read_stream(io.BytesIO(content), source(form, **options), longest=longest, start=start, name="file"))


def story(content: bytes, form="csv", **options) -> list[str]:
    """Every record in short: its fields, its bytes, or its reason and message."""
    told = []
    for item in records(content, form, **options):
        if isinstance(item, DeadLetter):
            told.append(f"{item.reason}: {item.message}")
        else:
            told.append("|".join(item.value.values()) if item.value else item.raw.decode())
    return told


def test_csv_rows_are_records_with_their_bytes_and_numbers():
    assert records(b'\xef\xbb\xbfwho, at\r\nC-1,"2026\r\n03"\r\n\r\nC-2,x\r\n') == [
        Record(Origin("file", 0, 0), b'C-1,"2026\r\n03"\r\n', {"who": "C-1", "at": "2026\r\n03"}),
        Record(Origin("file", 0, 1), b"C-2,x\r\n", {"who": "C-2", "at": "x"}),
    ]


def test_reading_is_taken_up_again_at_any_record():
    content = b"who,at\nC-1,1\nbroken\nC-2,2\nC-3,3"
    whole = records(content)
    assert [item.origin.offset for item in whole] == [0, 1, 2, 3]
    assert [records(content, start=number) for number in range(5)] == [whole[number:] for number in range(5)]


def test_a_row_with_too_few_fields_is_one_dead_letter():
    assert story(b"who,at\nC-1,1\nC-2\nC-3,3\n") == [
        "C-1|1", "invalid_value: file: record 1: has 1 fields where the header has 2", "C-3|3",
    ]  # fmt: skip


def test_a_quote_that_is_never_closed_costs_one_row():
    assert story(b'who,at\nC-1,1\nC-2,"2\nC-3,3\nC-4,4') == [
        "C-1|1", "invalid_value: file: record 1: a quote is opened and never closed", "C-3|3", "C-4|4",
    ]  # fmt: skip


def test_a_quote_that_is_closed_in_a_later_row_costs_one_row():
    assert story(b'who,at\nC-1,"1\nC-2,2\nC-3,"3"\nC-4,4\n') == [
        "invalid_value: file: record 0: ',' expected after '\"' (a quote that is opened here runs over 3 lines)", "C-2|2", "C-3|3", "C-4|4",
    ]  # fmt: skip


def test_a_row_that_would_swallow_more_than_a_record_may_have_costs_one_row():
    content = b'who,at\n"C-0,0\n' + b"C-1,1\n" * 300
    assert story(content)[:2] == [
        "invalid_value: file: record 0: the row is too long (a quote that is opened here runs over 167 lines)", "C-1|1",
    ]  # fmt: skip
    assert len(story(content)) == 301


def test_a_field_of_ten_megabytes_is_too_large_and_the_rows_around_it_are_in():
    found = records(b"who,at\nC-1,1\nC-2," + b"x" * 10_000_000 + b"\nC-3,3\n", longest=1_000_000)
    assert [item.origin.offset for item in found] == [0, 1, 2]
    letter = found[1]
    assert isinstance(letter, DeadLetter)
    assert (letter.reason, letter.message, len(letter.payload)) == ("too_large", "file: record 1: the line is too long", 100_000)


def test_mixed_encodings_are_read_record_by_record():
    content = "who,at\nMüller,1\n".encode() + "Müller,2\n".encode("cp1252")
    assert story(content) == ["Müller|1", "Müller|2"]
    assert story(content, fallback=None)[1].startswith(
        "invalid_value: file: record 1: is neither in the encoding of the file nor in its fallback"
    )
    assert story(b"who,at\nC\x81,1\n")[0].startswith("invalid_value: file: record 0: is neither")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_a_byte_order_mark_says_the_encoding(encoding):
    assert story("who,at\nMüller,1\n".encode(encoding)) == ["Müller|1"]


def test_a_wide_encoding_without_a_mark_has_to_be_declared():
    assert story("who,at\nMüller,1\n".encode("utf-16-le"), encoding="utf-16-le") == ["Müller|1"]


def test_nul_bytes_stay_in_their_field():
    assert story(b"who,at\nC\x001,1\n") == ["C\x001|1"]


def test_a_header_without_the_times_ends_the_file_and_names_the_nearest_column():
    assert story(b"who,att\nC-1,1\nC-2,2\n") == ["missing_field: file: record 0: the header has no column 'at' (the nearest is 'att')"]


def test_a_header_without_a_lesser_column_is_told_once_and_read():
    assert story(b"whom,at\nC-1,1\n") == ["missing_field: file: record 0: the header has no column 'who' (the nearest is 'whom')", "C-1|1"]


def test_columns_can_be_named_when_there_is_no_header_and_a_second_one_of_a_name_gets_a_number():
    assert story(b"C-1;1\n", columns=["who", "at"], delimiter=";") == ["C-1|1"]
    (row,) = records(b"who,at,at\nC-1,1,2\n")
    assert isinstance(row, Record)
    assert row.value == {"who": "C-1", "at": "1", "at_2": "2"}


def test_gzip_and_zip_are_known_by_their_first_bytes():
    assert story(gzip.compress(b"who,at\nC-1,1\n")) == ["C-1|1"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("folder/", "")
        archive.writestr("b.csv", "who,at\nC-2,2\n")
        archive.writestr("a.csv", "who,at\nC-1,1\n")
    assert [(item.origin.topic, item.origin.offset) for item in records(packed.getvalue())] == [("file/a.csv", 0), ("file/b.csv", 1)]


def test_a_gzip_that_is_cut_off_gives_its_good_records_and_one_dead_letter():
    rows = [f"C-{random.Random(number).random()},{number}\n" for number in range(5_000)]
    packed = gzip.compress(("who,at\n" + "".join(rows)).encode())
    found = records(packed[: len(packed) // 2])
    assert len(found) > 1_000
    assert all(isinstance(item, Record) for item in found[:-1])
    letter = found[-1]
    assert isinstance(letter, DeadLetter)
    assert letter.message == (
        f"file: record {len(found) - 1}: the file is damaged or cut off here "
        "(Compressed file ended before the end-of-stream marker was reached); the records before are in"
    )


@pytest.mark.parametrize(
    "damaged",
    [b"\x1f\x8bnot gzip at all", b"PK\x03\x04not zip at all", gzip.compress(b"who,at\nC-1,1\n")[:-4] + b"oops"],
    ids=["gzip", "zip", "checksum"],
)
def test_a_damaged_archive_is_one_dead_letter(damaged):
    assert [item.reason for item in records(damaged) if isinstance(item, DeadLetter)] == ["invalid_value"]


@pytest.mark.parametrize(
    ("form", "reason"),
    [("csv", "missing_field"), ("jsonl", "not_json"), ("json", "not_json"), ("xes", "missing_field"), ("cloudevents", "not_json")],
)
def test_an_empty_file_is_one_dead_letter(form, reason):
    assert [item.reason for item in records(b"", form) if isinstance(item, DeadLetter)] == [reason]


def test_a_table_with_a_header_alone_is_no_error():
    assert records(b"who,at\n") == []


def test_json_lines_are_records_and_blank_lines_are_not():
    assert story(b'{"a": 1}\n\n not json \n{"a": "' + "ü".encode("cp1252") + b'"}', "jsonl") == ['{"a": 1}', "not json", '{"a": "ü"}']
    assert story(b'{"a": "' + b"x" * 2_000 + b'"}\n{"b": 1}\n', "jsonl") == ["too_large: file: record 0: the line is too long", '{"b": 1}']
    assert story(b"\xff\x81\n", "jsonl", fallback="ascii")[0].startswith("not_json: file: record 0: is neither")


def test_an_array_gives_its_items_as_they_are_written():
    assert story(b'[{"a": 1.0}, {"a":2}\n,5]', "json") == ['{"a": 1.0}', '{"a":2}', "5"]
    assert story(b"[]", "json") == []


def test_a_document_that_is_no_array_is_one_record():
    assert story(b'{\n "a": [1]\n}\n', "json") == ['{\n "a": [1]\n}\n']


def test_lines_of_json_are_recognised_whatever_the_format_says():
    assert story(b'{"a": 1}\n{"a": 2}\n', "json") == ['{"a": 1}', '{"a": 2}']
    assert story(b'{"a": 1}\n', "cloudevents") == ['{"a": 1}']
    assert story(b'{"a": \n{"a": 2}\n', "segment") == ['{"a":', '{"a": 2}']


def test_records_can_stand_deep_in_a_document():
    assert story(b'{"page": {"items": [{"a": 1}, {"a": 2}]}}', "json", records="page.items") == ['{"a":1}', '{"a":2}']
    assert story(b'{"page": 1}', "json", records="page.items") == ["not_json: file: record 0: there is no array at page.items"]
    assert story(b"{", "json", records="page")[0].startswith("not_json: file: record 0: not JSON")


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (b'[{"a": 1}, {"a": 2}, {"a', "not_json: file: record 2: not JSON: Unterminated string starting at at character 21"),
        (b'[{"a": 1}, {"a": 2} {"a": 3}]', "not_json: file: record 2: not JSON: the array is not closed at character 20"),
        (b'[{"a": 1}, {"a": 2}] more', "not_json: file: record 2: not JSON: something follows the array"),
        (b'[{"a": 1}, {"a": 2}', "not_json: file: record 2: not JSON: the array is not closed at character 19"),
        (b'[{"a": 1}, {"a": 2}, ' + b"[" * 100_000, "not_json: file: record 2: not JSON: nested too deeply at character 21"),
    ],
    ids=["cut", "comma", "more", "open", "deep"],
)
def test_a_broken_array_gives_the_items_before_the_break(broken, message):
    assert story(broken, "json") == ['{"a": 1}', '{"a": 2}', message]


XES = b"""<?xml version="1.0"?><log xmlns="http://www.xes-standard.org/"><global scope="event"><string key="g" value="x"/></global>
<trace><string key="concept:name" value="case 1"/>
<event><string key="concept:name" value="A"/><date key="time:timestamp" value="2026-03-04T12:00:00Z"/></event>
<event><x:string key="concept:name" value="B"><int key="nested" value="1"/></x:string><list key="l"><int key="inner" value="1"/></list></event></trace>
<trace><event><string key="at" value="C"/></event></trace></log>"""


def test_events_of_a_log_have_their_attributes_those_of_their_trace_and_their_position():
    assert [item.value for item in records(XES, "xes") if isinstance(item, Record)] == [
        {"case.concept:name": "case 1", "concept:name": "A", "time:timestamp": "2026-03-04T12:00:00Z", "event.index": "0"},
        {"case.concept:name": "case 1", "concept:name": "B", "event.index": "1"},
        {"at": "C", "event.index": "0"},
    ]
    assert records(gzip.compress(XES), "xes") == records(XES, "xes")
    assert records(XES, "xes", start=2) == records(XES, "xes")[2:]


def test_a_log_that_breaks_off_gives_the_events_before():
    found = story(XES[:-60], "xes")
    assert len(found) == 3
    assert found[2].startswith("invalid_value: file: record 2: the event log breaks here (")


def test_a_log_with_entities_of_its_own_is_refused():
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><log>&b;</log>'
    assert story(bomb, "xes") == [
        "invalid_value: file: record 0: the event log breaks here (the XML declares entities of its own, which no event log needs); the events before are in"
    ]


def test_a_file_belongs_to_the_first_source_whose_glob_fits(tmp_path):
    sources = [source(files="*orders*.csv"), source("xes", files=["*.xes", "logs/*.xml"])]
    found = [
        source_of(Path(name), sources) for name in ("a/orders_1.csv", "orders.csv.gz", "x.xes.zip", "/data/logs/a.xml", "a.xml", "other")
    ]
    assert found == [sources[0], sources[0], sources[1], sources[1], None, None]


def test_a_file_is_read_from_disk(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(b"who,at\nC-1,1\n")
    assert list(read(path, source(), longest=LONGEST, received_at=7)) == [
        Record(Origin("orders.csv", 0, 0), b"C-1,1\n", {"who": "C-1", "at": "1"}, received_at=7)
    ]


@given(
    st.binary(max_size=300),
    st.sampled_from(["csv", "jsonl", "json", "xes", "cloudevents", "segment"]),
    st.sampled_from([b"", b"who,at\n", b"[", b"{\n", b"\x1f\x8b", b"<log>"]),
)
def test_any_bytes_are_records_or_dead_letters(content, form, start):
    found = records(start + content, form, longest=50)
    assert [item.origin.offset for item in found] == list(range(len(found)))
    assert records(start + content, form, longest=50, start=1) == found[1:]


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=6))
def test_what_the_csv_module_writes_is_what_is_read(rows):
    import csv

    rows = [(left.replace("\x00", ""), right.encode("utf-8", "ignore").decode()) for left, right in rows]
    rows = [(left.encode("utf-8", "ignore").decode(), right.replace("\r", "")) for left, right in rows]
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([("who", "at"), *rows])
    found = records(text.getvalue().encode())
    assert [tuple(item.value.values()) for item in found if isinstance(item, Record)] == rows
