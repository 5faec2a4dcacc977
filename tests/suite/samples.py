"""Coherent pieces of the public data sets, and the same events written down in another way: other order, other files, twice.

A table is a header and rows, a log a head and traces; both can be shuffled and cut without changing what they say.
"""

import csv
import gzip
import io
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.data import shared_data

TRACE = re.compile(rb"[ \t]*<trace>.*?</trace>\s*", re.DOTALL)
ORDERS, LEADS, TRACES = 600, 600, 500  # large enough for every rule and for persons with several ids
TABLES = ("customers", "orders", "order_items", "order_reviews", "marketing_qualified_leads", "closed_deals")


class Pieces(NamedTuple):
    """A file taken apart: `head` and `tail` belong to every file, the pieces can go anywhere."""

    name: str
    head: bytes
    pieces: tuple[bytes, ...]
    tail: bytes = b""

    def write(self, folder: Path, name: str = "", pieces: Sequence[bytes] | None = None) -> Path:
        """A gzip file of these pieces, or of others."""
        path = folder / f"{name}{self.name}.gz"
        path.write_bytes(gzip.compress(b"".join((self.head, *(self.pieces if pieces is None else pieces), self.tail)), 1, mtime=0))
        return path


def incidents() -> tuple[Pieces, ...]:
    """Traces of the incident log of the BPI Challenge 2013, evenly spread over it."""
    log = gzip.decompress((shared_data("bpic2013") / "bpic2013_incidents.xes.gz").read_bytes())
    traces = [found.group() for found in TRACE.finditer(log)]
    chosen = tuple(traces[:: len(traces) // TRACES][:TRACES])
    return (Pieces("incidents.xes", log[: log.index(traces[0])], chosen, b"</log>\n"),)


def marketplace() -> tuple[Pieces, ...]:
    """Orders of Olist with all that belongs to them, those of persons with several ids first; and leads with their deals."""
    tables = {name: list(_table(name)) for name in TABLES}
    persons = {row["customer_id"]: row["customer_unique_id"] for row in tables["customers"]}
    several = {person for person, ids in Counter(persons.values()).items() if ids > 1}
    chosen = sorted(tables["orders"], key=lambda row: persons[row["customer_id"]] not in several)[:ORDERS]
    orders, customers = {row["order_id"] for row in chosen}, {row["customer_id"] for row in chosen}
    leads = {row["mql_id"] for row in tables["marketing_qualified_leads"][:: len(tables["marketing_qualified_leads"]) // LEADS]}
    kept = {"customers": ("customer_id", customers), "marketing_qualified_leads": ("mql_id", leads), "closed_deals": ("mql_id", leads)}
    return tuple(
        _pieces(name, [row for row in rows if _belongs(row, *kept.get(name, ("order_id", orders)))]) for name, rows in tables.items()
    )


def _belongs(row: dict[str, str], column: str, wanted: set[str]) -> bool:
    return row[column] in wanted


def _table(name: str) -> Iterator[dict[str, str]]:
    folder = shared_data("olist_funnel" if name in TABLES[4:] else "olist_orders_main")
    with gzip.open(folder / f"olist_{name}_dataset.csv.gz", "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _pieces(name: str, rows: Sequence[dict[str, str]]) -> Pieces:
    return Pieces(f"olist_{name}_dataset.csv", _line(rows[0]), tuple(_line(row.values()) for row in rows))


def _line(fields: Iterable[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(fields)
    return text.getvalue().encode()


def shuffled(files: Sequence[Pieces], folder: Path, seed: int) -> list[Path]:
    """Every file with its pieces in another order, and the files in another order."""
    chance = random.Random(seed)
    paths = [file.write(folder, pieces=chance.sample(file.pieces, len(file.pieces))) for file in files]
    return chance.sample(paths, len(paths))


def cut(files: Sequence[Pieces], folder: Path, seed: int, parts: int = 4) -> list[Path]:
    """Every file in so many parts, each piece in any of them, and all parts in any order."""
    chance = random.Random(seed)
    paths = []
    for file in files:
        pieces = chance.sample(file.pieces, len(file.pieces))
        paths += [file.write(folder, f"part{part}_", pieces[part::parts]) for part in range(parts)]
    return chance.sample(paths, len(paths))


def twice(files: Sequence[Pieces], folder: Path) -> list[Path]:
    """Every file, and later all of them again under other names."""
    return [*(file.write(folder) for file in files), *(file.write(folder, "again_") for file in files)]
