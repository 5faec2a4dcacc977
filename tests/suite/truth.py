"""What is true of the public data sets, counted by programs that know nothing of this one."""

import csv
import gzip

from tests.data import shared_data


def truth(name: str) -> list[dict[str, str]]:
    """The rows of one file of `truth`."""
    with gzip.open(shared_data("truth") / name, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
