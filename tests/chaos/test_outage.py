"""A short run of what `python -m tests.chaos.outage --seconds 300` does at length."""

from pathlib import Path

import pytest

from tests.chaos.outage import RATE, outage

SECONDS, SEED = 20.0, 1


@pytest.mark.server
def test_after_clickhouse_was_away_everything_is_caught_up_and_the_sinks_said_so_meanwhile(tmp_path: Path):
    told: list[str] = []
    report = outage(SEED, SECONDS, RATE, tmp_path, told.append)
    assert report.is_good, "\n".join([*told, str(report)])
