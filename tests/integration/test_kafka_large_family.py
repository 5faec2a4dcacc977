"""A customer of whom more is said than any message can hold: saved in slices, found again by whoever takes over, and judged like all others."""

import json
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.clock import Clock
from schemas.topics import LARGEST
from tests.integration.kafka_world import World, world
from tests.integration.outcomes import difference

pytestmark = pytest.mark.server

COMPANY = """\
company: Test
pack: none
crowded: 20
sources: [sources/*.yaml]
rules:
  silence:
    title: Customer asked, nobody answered
    who: service
    per: matter
    expect: {after: contact.inbound, then: contact.outbound, within: 24h}
"""
SOURCE = """\
source: desk
department: service
input: {format: jsonl, files: "*.jsonl"}
defaults: {time: at, identifiers: {crm_id: crm}, refs: {ticket: ticket}, attributes: {text: text}}
events: [{type: {from: what, map: {asked: contact.inbound, answered: contact.outbound}}}]
"""
TEXT = 300_000  # bytes of one letter
LETTERS = LARGEST // TEXT + 2


def letter(number: int, what: str, text: str) -> bytes:
    at = f"2026-03-{1 + number % 28:02d}T09:{number // 28:02d}:00Z"
    return json.dumps({"at": at, "what": what, "crm": "C-1", "ticket": str(number), "text": text}).encode()


@pytest.fixture
def large(servers: str, tmp_path: Path) -> Iterator[World]:
    company = tmp_path / "large"
    (company / "sources").mkdir(parents=True)
    (company / "redthread.yaml").write_text(COMPANY, encoding="utf-8")
    (company / "sources" / "desk.yaml").write_text(SOURCE, encoding="utf-8")
    with world(servers, tmp_path, company / "redthread.yaml", f"large{time.time_ns()}") as made:
        yield made


def now() -> Clock:
    return Clock(time.time_ns() // 1000)


def test_a_customer_of_many_words_is_judged_like_all_others(large: World):
    large.send("desk", *[letter(number, "asked", f"{number}".ljust(TEXT, "x")) for number in range(1, LETTERS + 1)])
    expected = large.expected(now())
    assert len(expected.alerts) == LETTERS + 1, "one for every letter that nobody answered, one for so many"
    large.start()
    assert difference(large.reaches(expected), expected) == {}
    assert large.is_committed()
    assert large.kill(how=signal.SIGTERM) == 0

    shutil.rmtree(large.folder / "w0")  # whoever comes next has nothing but the changelog
    large.send("desk", letter(1, "answered", "y"), letter(LETTERS + 1, "asked", "z" * TEXT))
    expected = large.expected(now())
    assert sum(alert.status == "open" for alert in expected.alerts.values()) == LETTERS + 1
    large.start()
    assert difference(large.reaches(expected), expected) == {}
    assert large.is_committed()
