"""What is sent: the records of a simulated company, about a tenth of them twice, some late, and a little that nobody can use; and the long
letters of one customer, of whom more is soon known than one message may hold.

A function of the seed. What becomes of it may depend on nothing else, whatever is killed meanwhile. So no event is sent a second time
about somebody else: both would go on counting it, and who of them has its alert depends on when they were judged.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from schemas.codec import encode_json
from schemas.dead_letter import DeadLetter
from streams.bootstrap import inputs_of
from streams.cli.ingest import value_of
from streams.config import Loaded
from streams.demo.generate import Generated, generate
from streams.sources.readers import read

DUPLICATES, LATE, GARBAGE = 0.10, 0.05, 0.01  # shares of the records
LETTERS, LONG = 0.001, 100_000  # share of the records; bytes
BEHIND = 0.3  # share of the run by which a late record or a duplicate comes later, at most
RECORDS_PER_CUSTOMER, FEWEST = (
    60,
    300,
)  # of the simulated company in so many days, somewhat less than there will be; and what its stories take
DAYS = 60
YEAR = re.compile(rb"20(?=\d\d-)")


class Sent(NamedTuple):
    """One record on its way to a source's topic."""

    topic: str
    value: bytes


def simulate(seed: int, records: int, folder: Path) -> Generated:
    """A company that has at least so many records."""
    return generate(seed, max(FEWEST, records // RECORDS_PER_CUSTOMER), DAYS, folder)


def load(loaded: Loaded, exports: Path, seed: int, records: int) -> list[Sent]:
    """`records` of the exports in the order in which they are sent, and what is added to them."""
    chance = random.Random(seed)
    placed: list[tuple[float, int, Sent]] = []

    def place(at: float, sent: Sent) -> None:
        placed.append((at, len(placed), sent))

    for at, sent in _in_time(loaded, exports)[:records]:
        place(at + BEHIND * chance.random() if chance.random() < LATE else at, sent)
        if chance.random() < DUPLICATES:
            place(at + BEHIND * chance.random(), sent)
        if chance.random() < GARBAGE:
            place(at, Sent(sent.topic, chance.choice(SPOILT)(chance, sent.value)))
        if chance.random() < LETTERS:
            place(at, _letter(loaded, len(placed)))
    return [sent for _, _, sent in sorted(placed, key=lambda entry: entry[:2])]


def _letter(loaded: Loaded, number: int) -> Sent:
    (shop,) = [source for source in loaded.company.sources if source.source == "shop"]
    said = {"identifiers": {"email": "writer@example.org"}, "attributes": {"text": f"{number}".ljust(LONG, "x")}}
    event = {"specversion": "1.0", "id": f"letter-{number}", "source": "/shop", "type": "contact.inbound", "data": said}
    return Sent(
        shop.input.topic, encode_json({**event, "time": f"2026-03-01T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z"})
    )


def _in_time(loaded: Loaded, exports: Path) -> list[tuple[float, Sent]]:
    """The records of all files, each at its place in the run: a file tells its source's whole story in order."""
    inputs, _ = inputs_of(loaded.company, [exports])
    found: list[tuple[float, Sent]] = []
    for given in inputs:
        records = [
            record for record in read(given.path, given.source, longest=loaded.company.max_record) if not isinstance(record, DeadLetter)
        ]
        topic = given.source.input.topic
        found += [(place / len(records), Sent(topic, value_of(record))) for place, record in enumerate(records)]
    found.sort(key=lambda entry: entry[0])
    return found


SPOILT: Sequence[Callable[[random.Random, bytes], bytes]] = (
    lambda chance, _: chance.randbytes(chance.randrange(1, 200)),
    lambda _, value: value[: len(value) // 2],
    lambda *_: b"{}",
    lambda chance, _: chance.choice([b"[]", b"null", b"0", b'"text"', b"", b"{" * 5_000]),
    lambda _, value: YEAR.sub(b"x0", value),  # times that are none
)


def paced(values: Sequence[Sent], seconds: float, now: Callable[[], float], wait: Callable[[float], None]) -> Iterator[Sent]:
    """The records, evenly over so many seconds; what could not be sent in time is caught up with."""
    started = now()
    for number, value in enumerate(values):
        ahead = seconds * number / len(values) - (now() - started)
        if ahead > 0:
            wait(ahead)
        yield value
