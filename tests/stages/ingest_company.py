"""What the tests of ingest are told: a company of three sources, records, and what they come to."""

from pathlib import Path

from schemas.company import Company
from schemas.dead_letter import DeadLetter
from schemas.touchpoint import Origin, Touchpoint
from streams.sources.record import Record
from streams.stages.ingest import Ingest
from streams.stages.step import Send

SECRET = b"a secret of the company"
ORIGIN = Origin("orders.csv", 0, 3)
T0 = 1_772_625_600_000_000  # 2026-03-04T12:00:00Z
HOUR = 3_600_000_000
ROOT = Path(__file__).parents[2]
SHOP = {
    "source": "shop",
    "department": "online",
    "input": {"format": "csv"},
    "timezone": "Europe/Berlin",
    "defaults": {"identifiers": {"email": "mail", "crm_id": "customer"}, "refs": {"order": "order"}},
    "events": [
        {
            "type": "order.placed",
            "time": "placed",
            "due_at": "promised",
            "attributes": {"status": "status"},
            "sequence": "line",
            "recorded": "written",
        },
        {
            "type": "parcel.delivered",
            "time": "delivered",
            "department": "offline",
            "team": "=van",
            "agent": "driver",
            "facts": ["=address", "told"],
        },
    ],
}
ROW = {"mail": " Anna@Example.org ", "customer": "C-17", "order": "4711", "placed": "2026-03-04 13:00:00", "promised": "2026-03-06", "status": "ok", "line": "2", "delivered": "", "driver": "", "told": "", "written": ""}  # fmt: skip
CRM = {"source": "crm", "department": "sales", "input": {"format": "cloudevents"}}
WEB = {"source": "web", "department": "online", "input": {"format": "segment"}, "clock": "untrusted"}


def company(*sources, **changes) -> Company:
    return Company.model_validate({"company": "test", "sources": list(sources or (SHOP, CRM, WEB)), **changes})


def outputs(value, source="shop", *, record: Record | None = None, using: Company | None = None) -> tuple[Send | DeadLetter, ...]:
    """What a decoded value of a source comes to."""
    using = using or company()
    (chosen,) = (known for known in using.sources if known.source == source)
    record = record or Record(ORIGIN, b"as it came", value, logged=5)
    return Ingest(using, SECRET).ingest(chosen, record)


def touchpoint(value, source="shop", **options) -> Touchpoint:
    (sent,) = outputs(value, source, **options)
    assert isinstance(sent, Send)
    made = sent.message.touchpoint
    assert isinstance(made, Touchpoint)
    return made


def letter(value, source="shop", **options) -> DeadLetter:
    (found,) = outputs(value, source, **options)
    assert isinstance(found, DeadLetter)
    return found


def cloudevent(kind="deal.won", identifiers=None, **changes) -> dict:
    data = {"identifiers": {"crm_id": "C-17"} if identifiers is None else identifiers}
    return {"specversion": "1.0", "id": "e-1", "source": "/crm", "type": kind, "time": "2026-03-04T12:00:00Z", "data": data} | changes
