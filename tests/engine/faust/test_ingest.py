"""What a chunk of a source's topic comes to is sent as a whole or not at all."""

from types import SimpleNamespace

import pytest

from schemas.company import Brake, Company
from schemas.source import Source
from schemas.topics import Topics
from streams.core.brake import BrakePulled, Watch
from streams.engine.faust.ingest import IngestRunner
from streams.engine.faust.router import Router
from streams.stages.ingest import Ingest

SHOP = Source.model_validate(
    {
        "source": "shop",
        "department": "online",
        "input": {"format": "jsonl", "topic": "orders"},
        "events": [{"type": "order.placed", "time": "at", "identifiers": {"crm_id": "who"}}],
    }
)
GOOD, BAD = b'{"at": "2026-03-01T12:00:00Z", "who": "C-1"}', b"no json"


def records(*values, key=None):
    return [
        SimpleNamespace(topic="orders", partition=0, offset=offset, key=key, value=value, timestamp=1_772_400_000_000, headers=())
        for offset, value in enumerate(values)
    ]


class Sent:
    """How many messages each chunk has sent."""

    def __init__(self, watch):
        self.counts = []
        company = Company(company="Acme", sources=(SHOP,))
        self.runner = IngestRunner(
            Ingest(company, b"key"), {"orders": [SHOP]}, Router(Topics()), lambda *_: None, company.max_record, watch
        )

    def handle(self, *values, key=None):
        for effects in self.runner.fold("orders", 0, records(*values, key=key)):
            self.counts.append(sum(map(len, effects.routed.values())))
            effects.gone()


def test_a_dead_letter_is_sent_as_what_the_good_records_come_to():
    sent = Sent(Watch(Brake()))
    sent.handle(GOOD, BAD, None)
    sent.handle(GOOD)
    assert sent.counts == [2, 1]


def test_a_chunk_of_too_many_dead_letters_sends_nothing_and_its_partition_stands_still():
    sent = Sent(Watch(Brake(of=10, least=3)))
    with pytest.raises(BrakePulled, match="source shop: 3 of the last 5 records became dead letters"):
        sent.handle(GOOD, GOOD, BAD, BAD, BAD)
    assert (sent.counts, sent.runner.reached) == ([], {})


def test_without_a_brake_they_go_on():
    sent = Sent(None)
    sent.handle(*[BAD] * 600)
    assert sent.counts == [600]


def test_a_synthetic_customer_does_not_make_a_silent_source_look_alive():
    sent = Sent(None)
    sent.handle(GOOD.replace(b"C-1", b"canary-1"), key=b"canary-1")
    reached = sent.runner.reached["orders", 0]
    assert (reached.last, reached.arrived, reached.newest) == (1_772_400_000_000_000, 0, 0)
    sent.handle(GOOD, key=b"C-1")
    assert (reached.arrived, reached.newest) == (1_772_400_000_000_000, 1_772_366_400_000_000)
