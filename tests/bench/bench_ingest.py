"""What a touchpoint costs from bytes to message: `python -m pytest tests/bench/bench_ingest.py -m bench -s`.

Judged against the issue's targets: 30 µs for a row of 20 columns, 25 µs for an event of an XES log (65,533 of them in 3 s), all in.
"""

import gzip
import io
from collections.abc import Iterator
from time import perf_counter

import pytest

from schemas.company import Company
from streams.sources.readers import read_stream
from streams.sources.record import Record
from streams.stages.ingest import Ingest

pytestmark = pytest.mark.bench

ROWS, CASES, EVENTS = 50_000, 5_000, 10
COLUMNS = ["id", "mail", "phone", "customer", "order", "at", "due", "team", "agent", *(f"extra_{number}" for number in range(11))]
ATTRIBUTES = {f"extra_{number}": f"extra_{number}" for number in range(6)}
SHOP = {
    "source": "shop", "department": "online", "input": {"format": "csv"},
    "events": [{"type": "order.placed", "time": "at", "due_at": "due", "team": "team", "agent": "agent", "id": "id",
                "identifiers": {"email": "mail", "phone": "phone", "crm_id": "customer"}, "refs": {"order": "order"}, "attributes": ATTRIBUTES}],
}  # fmt: skip
DESK = {
    "source": "desk", "department": "service", "input": {"format": "xes"},
    "events": [{"type": {"from": "concept:name", "map": {"Accepted": "ticket.accepted", "Queued": "ticket.assigned"}}, "time": "time:timestamp", "team": "org:group", "agent": "org:resource",
                "identifiers": {"crm_id": "case.concept:name"}, "refs": {"ticket": "case.concept:name"}, "attributes": ATTRIBUTES}],
}  # fmt: skip
COMPANY = Company.model_validate({"company": "bench", "sources": [SHOP, DESK]})


def table() -> bytes:
    lines = [",".join(COLUMNS)]
    for number in range(ROWS):
        who = number % (ROWS // 4)
        fixed = [
            f"e-{number}",
            f"Anna.{who}@Example.org",
            f"+4930{9_000_000 + who}",
            f"C-{who}",
            f"{number // 2}",
            f"2026-03-{number % 28 + 1:02} 12:00:{number % 60:02}",
            "2026-04-01",
            "returns desk",
            f"u{number % 50}",
        ]
        lines.append(",".join([*fixed, *(f"value {number % 97}" for _ in range(11))]))
    return "\n".join(lines).encode()


def log() -> bytes:
    event = "".join(
        f'<string key="{key}" value="{{{name}}}"/>'
        for key, name in (("org:group", "team"), ("org:resource", "agent"), ("concept:name", "status"))
    )
    event += (
        "".join(f'<string key="extra_{number}" value="value {number}"/>' for number in range(7))
        + '<date key="time:timestamp" value="2026-03-04T12:{at:02}:00+01:00"/>'
    )
    traces = [
        f'<trace><string key="concept:name" value="1-{case}"/>'
        + "".join(
            "<event>"
            + event.format(team=f"T{at % 3}", agent=f"u{case % 50}", status="Accepted" if at % 2 else "Queued", at=at)
            + "</event>"
            for at in range(EVENTS)
        )
        + "</trace>"
        for case in range(CASES)
    ]
    return ("<log>" + "".join(traces) + "</log>").encode()


@pytest.mark.parametrize(
    ("number", "content", "packed"), [(0, table(), False), (0, table(), True), (1, log(), True)], ids=["csv", "csv.gz", "xes.gz"]
)
def test_bytes_to_messages(number, content, packed):
    source = COMPANY.sources[number]
    content = gzip.compress(content) if packed else content

    def records() -> Iterator[Record]:
        for record in read_stream(io.BytesIO(content), source, longest=COMPANY.max_record, name="bench"):
            assert isinstance(record, Record)
            yield record

    begun = perf_counter()
    count = sum(1 for _ in records())
    reading = perf_counter() - begun
    ingest = Ingest(COMPANY, b"secret")
    begun = perf_counter()
    made = sum(len(ingest.ingest(source, record)) for record in records())
    whole = perf_counter() - begun
    assert made == count
    print(
        f"\n{source.source}: {made:,} touchpoints, reading {reading / made * 1e6:.1f} µs, all in {whole / made * 1e6:.1f} µs each ({made / whole:,.0f}/s)"
    )
