"""Whatever the files hold: what is wrong is a dead letter that says where and why, and the good records around it are in."""

import gzip
import json
import random
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.suite.commands import redthread
from tests.suite.runners import Outcome, Runner

pytestmark = pytest.mark.server

COMPANY = """
company: Shop
pack: none
timezone: Europe/Berlin
sources:
  - source: shop
    department: online
    input: {format: csv, files: "*.csv"}
    defaults: {identifiers: {crm_id: who}, refs: {order: order}}
    events:
      - {type: order.placed, time: at, attributes: {note: note}}
  - source: desk
    department: service
    input: {format: jsonl, files: "*.jsonl"}
    events:
      - {type: contact.inbound, time: at, identifiers: {crm_id: who}, refs: {ticket: ticket}}
  - source: log
    department: service
    input: {format: xes, files: "*.xes"}
    events:
      - {type: ticket.assigned, time: "time:timestamp", identifiers: {crm_id: "case.concept:name"}}
"""
HEADER = b"order,who,at,note\n"
TRACE = b"""<trace><string key="concept:name" value="C-%d"/><event><date key="time:timestamp" value="2026-03-0%dT10:00:00+01:00"/></event></trace>"""


def order(number: int, note: bytes = b"", at: bytes = b"2026-03-02 10:00") -> bytes:
    """A good row of the shop, unless its time is not."""
    return b"%d,C-%d,%s,%s\n" % (number, number, at, note)


def ask(number: int) -> bytes:
    """A good line of the desk."""
    return json.dumps({"who": f"C-{number}", "at": "2026-03-03T09:00:00+01:00", "ticket": str(number)}).encode() + b"\n"


def cut_off(content: bytes) -> bytes:
    """A gzip file without its end."""
    packed = gzip.compress(content, mtime=0)
    return packed[: len(packed) * 2 // 3]


NOISE = random.Random(1).randbytes(20_000)
LONG_GZIP = HEADER + b"".join(order(number, note=NOISE[number : number + 30].hex().encode()) for number in range(1_000, 2_000))
FILES: Mapping[str, bytes] = {
    "a_good.csv": HEADER + order(1),
    "binary.csv": NOISE,
    "binary.jsonl": NOISE,
    "binary.xes": NOISE,
    "columns.csv": b"number,customer,day\n1,C-1,2026-03-02\n",
    "cut.csv": cut_off(LONG_GZIP),
    "cut.xes": b"<log>" + TRACE % (7, 1) + TRACE % (8, 2) + b"<trace><string key=",
    "empty.csv": b"",
    "empty.jsonl": b"",
    "empty.xes": b"",
    "encodings.csv": HEADER + order(20, "schön".encode()) + order(21, "schön".encode("cp1252")) + order(22, b"\xff\xfe\x81"),
    "half.jsonl": ask(30) + b'{"who": "C-31", "at": "2026-0\n' + ask(32) + b'{"who": "C-33"',
    "huge.csv": HEADER + order(40) + order(41, note=b"x" * 10_000_000) + order(42),
    "huge.jsonl": ask(43) + b'{"who": "' + b"x" * 10_000_000 + b'"}\n' + ask(44),
    "nul.csv": HEADER + order(50) + b"51,C-51\x00,2026-03-02 10:00,\n" + order(52, note=b"\x00\x00") + order(53),
    "quote.csv": HEADER + order(60) + b'61,"C-61,2026-03-02 10:00,\n' + order(62) + b"63,C-63\n" + order(64, at=b"yesterday") + order(65),
    "z_good.jsonl": ask(2),
}
GOOD = {
    "a_good.csv": ["C-1"],
    "cut.xes": ["C-7", "C-8"],
    "encodings.csv": ["C-20", "C-21"],
    "half.jsonl": ["C-30", "C-32"],
    "huge.csv": ["C-40", "C-42"],
    "huge.jsonl": ["C-43", "C-44"],
    "nul.csv": ["C-50", "C-51", "C-52", "C-53"],
    "quote.csv": ["C-60", "C-62", "C-65"],
    "z_good.jsonl": ["C-2"],
}
ENDED = "Compressed file ended before the end-of-stream marker was reached"
UNREADABLE = "is neither in the encoding of the file nor in its fallback (character maps to <undefined>)"
BAD = [
    ("columns.csv", 0, "missing_field", "at, who, order, note", "the header has no column 'at'; 'who'; 'order'; 'note'"),
    ("cut.xes", 2, "invalid_value", "", "the event log breaks here (unclosed token: line 1, column 276); the events before are in"),
    ("empty.csv", 0, "missing_field", "", "the file is empty"),
    ("empty.jsonl", 0, "not_json", "", "the file is empty"),
    ("empty.xes", 0, "missing_field", "", "the file is empty"),
    ("encodings.csv", 2, "invalid_value", "", UNREADABLE),
    ("half.jsonl", 1, "not_json", "", "not JSON: Input data was truncated"),
    ("half.jsonl", 3, "not_json", "", "not JSON: Input data was truncated"),
    ("huge.csv", 1, "too_large", "", "the line is too long"),
    ("huge.jsonl", 1, "too_large", "", "the line is too long"),
    ("quote.csv", 1, "invalid_value", "", "a quote is opened and never closed"),
    ("quote.csv", 3, "invalid_value", "", "has 2 fields where the header has 4"),
    ("quote.csv", 4, "bad_time", "time", "time: 'yesterday' is not a time such as 2026-03-04T12:00:00Z, 2026-03-04 12:00:00 or 1772625600"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of it."""
    place = tmp_path_factory.mktemp("garbage")
    (place / "redthread.yaml").write_text(COMPANY, encoding="utf-8")
    (place / "files").mkdir()
    for name, content in FILES.items():
        (place / "files" / name).write_bytes(content)
    return place


@pytest.fixture(scope="module")
def outcome(embedded_runner: Runner, folder: Path) -> Outcome:
    """Run once, from the files: on Kafka the place of a record is one in its topic, and of a bad file `redthread ingest` tells."""
    return embedded_runner.run(folder / "redthread.yaml", [folder / "files"])


def test_the_good_records_around_the_bad_ones_are_in(outcome: Outcome):
    rows = outcome.query("SELECT topic, identifiers[1] FROM timeline WHERE topic != 'cut.csv' ORDER BY topic, offset")
    assert rows == [(topic, f"crm_id:{who}") for topic, people in GOOD.items() for who in people]


def test_every_bad_record_is_a_dead_letter_that_names_file_record_and_field(outcome: Outcome):
    found = outcome.query("""
    SELECT topic, offset, reason, field, message FROM dead_letters WHERE topic NOT LIKE 'binary%' AND topic != 'cut.csv' ORDER BY topic, offset
    """)
    assert found == [
        (topic, offset, reason, field, f"{topic}: record {offset}: {problem}") for topic, offset, reason, field, problem in BAD
    ]


def test_noise_is_nothing_but_dead_letters(outcome: Outcome):
    found = outcome.query(
        "SELECT topic, count(), countIf(startsWith(message, concat(topic, ': record '))) FROM dead_letters WHERE topic LIKE 'binary%' GROUP BY topic"
    )
    assert {topic for topic, *_ in found} == {"binary.csv", "binary.jsonl", "binary.xes"}
    assert all(letters == named for _, letters, named in found)


def test_what_stands_before_the_cut_of_an_archive_is_in(outcome: Outcome):
    (numbers,) = outcome.query(
        "SELECT groupArray(toUInt32(refs['order'][1])) FROM (SELECT refs FROM timeline WHERE topic = 'cut.csv' ORDER BY offset)"
    )[0]
    assert numbers == [*range(1_000, 1_000 + len(numbers))]
    assert 500 < len(numbers) < 1_000
    assert outcome.query("SELECT offset, message FROM dead_letters WHERE topic = 'cut.csv'") == [
        (
            len(numbers),
            f"cut.csv: record {len(numbers)}: the file is damaged or cut off here ({ENDED}); the records before are in",
        )
    ]


def test_what_is_kept_of_a_bad_record_are_its_own_bytes(outcome: Outcome):
    kept = dict(
        outcome.query(
            "SELECT concat(topic, ' ', toString(offset)), length(payload) FROM dead_letters WHERE topic IN ('huge.csv', 'half.jsonl')"
        )
    )
    assert kept == {"huge.csv 1": 100_000, "half.jsonl 1": 29, "half.jsonl 3": 14}


def test_nothing_is_lost(outcome: Outcome):
    accounting = outcome.accounting()
    assert accounting["records"] == accounting["timeline_rows"] + accounting["duplicates"] + accounting["dead_letters"]
    assert (accounting["duplicates"], accounting["balanced"]) == (0, True)


def test_the_command_ends_well_and_says_what_it_left_out(folder: Path, outcome: Outcome):
    run = redthread("run", "--company", folder / "redthread.yaml", "--data", folder / "data", folder / "files")
    assert (run.returncode, run.stderr) == (0, "")
    accounting = outcome.accounting()
    said = " ".join(run.stdout.split())
    assert said.startswith(f"read {accounting['records']} records in ")
    assert f"{accounting['timeline_rows']} touchpoints on the timeline, 0 duplicates, {accounting['dead_letters']} dead letters" in said
    assert "redthread dead-letters list" in said
    listed = redthread("dead-letters", "list", "--data", folder / "data", "--limit", "1000", "--json")
    assert listed.returncode == 0
    assert len(listed.stdout.splitlines()) == accounting["dead_letters"]
