"""Two workers restarted one after the other, as a deployment does it."""

from pathlib import Path

import pytest

from tests.chaos.rolling import LIMIT, rolling

RATE, ROUNDS, SEED = 500, 1, 1


@pytest.mark.server
@pytest.mark.thorough
def test_a_rolling_restart_under_load_stalls_no_partition_for_long(tmp_path: Path):
    told: list[str] = []
    report = rolling(SEED, RATE, ROUNDS, tmp_path, told.append)
    assert report.longest <= LIMIT, "\n".join([*told, str(report)])
    assert len(report.restarts) == 2
