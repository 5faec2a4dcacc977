"""What the records of public data sets come to."""

from collections import Counter

import pytest

from schemas.company import Company
from schemas.dead_letter import DeadLetter
from schemas.strict import load_yaml, validate
from schemas.touchpoint import Touchpoint, kind_of
from streams.sources.readers import read, source_of
from streams.sources.record import Record
from streams.stages.ingest import Ingest
from streams.stages.step import Send
from tests.data import shared_data
from tests.stages.ingest_company import ROOT, SECRET, company


@pytest.mark.data
def test_snowplow_gives_157_events_of_160_records_and_3_duplicates():
    web = {
        "source": "snowplow", "department": "online", "input": {"format": "csv", "files": "*web_events*.csv"},
        "events": [{"type": {"from": "event_name", "map": {"page_view": "page.viewed"}, "else": "page.used"}, "time": "derived_tstamp", "recorded": "collector_tstamp",
                    "id": "event_id", "identifiers": {"cookie": "domain_userid", "device": "network_userid"}, "attributes": {"event": "event_name"}}],
    }  # fmt: skip
    using = company(web)
    path = shared_data("snowplow_web") / "source" / "snowplow_web_events.csv.gz"
    assert source_of(path, using.sources) is using.sources[0]
    ingest = Ingest(using, SECRET)
    records = [record for record in read(path, using.sources[0], longest=using.max_record) if isinstance(record, Record)]
    made = [message for record in records for message in ingest.ingest(using.sources[0], record)]
    events = Counter(sent.message.touchpoint.event_id for sent in made if isinstance(sent, Send))
    assert (len(made), sum(events.values()), len(events)) == (160, 160, 157)
    assert sum(count - 1 for count in events.values()) == 3


@pytest.mark.data
@pytest.mark.parametrize(
    ("example", "folders", "types", "anchors"),
    [
        ("bpic2013", ["bpic2013/bpic2013_incidents.xes.gz"],
         {"ticket.accepted": 30239, "ticket.assigned": 14765, "ticket.resolved": 8150, "ticket.waiting": 6657, "ticket.closed": 5717, "ticket.unmatched": 5}, {"case": 7554}),
        ("olist", ["olist_orders_main", "olist_funnel"],
         {"identity.linked": 8135, "order.placed": 8135, "payment.approved": 7989, "parcel.handed_over": 6353, "parcel.delivered": 5170, "parcel.due": 8365,
          "survey.sent": 8225, "review.received": 8225, "lead.created": 8000, "deal.won": 842}, {"person": 8016, "shop_customer": 8135, "order": 8135, "lead": 8000, "seller": 842}),
    ],
    ids=["bpic2013", "olist"],
)  # fmt: skip
def test_an_example_reads_every_event_of_its_data_once(example, folders, types, anchors):
    path = ROOT / "deploy" / "examples" / example / "redthread.yaml"
    written = load_yaml(path.read_text(encoding="utf-8"), path.name)
    using = validate(Company, {name: part for name, part in written.items() if name != "pack"}, path.name)
    ingest = Ingest(using, SECRET)
    given = [shared_data(name) for name in folders]
    files = sorted(file for place in given for file in (place.iterdir() if place.is_dir() else [place]))
    made: list[Touchpoint] = []
    for file in files:
        source = source_of(file, using.sources)
        for record in read(file, source, longest=using.max_record) if source else ():
            assert isinstance(record, Record)
            assert source is not None
            sent = ingest.ingest(source, record)
            assert not any(isinstance(message, DeadLetter) for message in sent)
            made += [message.message.touchpoint for message in sent if isinstance(message, Send)]
    assert Counter(touchpoint.type for touchpoint in made) == types
    assert len({touchpoint.event_id for touchpoint in made}) == len(made)
    assert Counter(kind_of(anchor) for anchor in {touchpoint.ids[0] for touchpoint in made}) == anchors
