"""Kafka and embedded end in the same bytes: two workers and two sinks that share partitions, or one process."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.data import shared_data
from tests.suite.conftest import EXAMPLES
from tests.suite.runners import Runner
from tests.suite.samples import Pieces, incidents, marketplace

pytestmark = [pytest.mark.data, pytest.mark.server]

INCIDENTS = ("bpic2013", "end")
MARKETPLACE = ("olist", "2018-10-18")  # events of later days are in the tables
PIECES = [pytest.param(incidents, *INCIDENTS, id="incidents"), pytest.param(marketplace, *MARKETPLACE, id="marketplace")]
WHOLE = [
    pytest.param(("bpic2013/bpic2013_incidents.xes.gz",), *INCIDENTS, id="incidents"),
    pytest.param(("olist_orders_main", "olist_funnel"), *MARKETPLACE, id="marketplace"),
]


def assert_agreement(one: Runner, other: Runner, company: str, paths: list[Path], as_of: str) -> None:
    """The same exports, and the same account of every record."""
    file = EXAMPLES / company / "redthread.yaml"
    expected, found = one.run(file, paths, as_of), other.run(file, paths, as_of)
    assert found.difference(expected) == []
    assert found == expected
    assert found.accounting() == expected.accounting()


@pytest.mark.parametrize(("sample", "company", "as_of"), PIECES)
def test_pieces_of_the_public_data_give_the_same_bytes(
    sample: Callable[[], tuple[Pieces, ...]], company: str, as_of: str, embedded_runner: Runner, kafka_runner: Runner, tmp_path: Path
):
    assert_agreement(embedded_runner, kafka_runner, company, [file.write(tmp_path) for file in sample()], as_of)


@pytest.mark.thorough
@pytest.mark.parametrize(("names", "company", "as_of"), WHOLE)
def test_the_whole_public_data_give_the_same_bytes(
    names: tuple[str, ...], company: str, as_of: str, embedded_runner: Runner, kafka_runner: Runner
):
    assert_agreement(embedded_runner, kafka_runner, company, [shared_data(name) for name in names], as_of)
