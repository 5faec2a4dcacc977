"""A short run of what `make chaos MINUTES=30` does at length."""

from pathlib import Path

import pytest

from tests.chaos.run import chaos

MINUTES, SEED = 1.5, 1  # every kind of the first round comes once
RATE = 150  # records a second; another test may run beside


@pytest.mark.server
def test_after_every_kind_of_kill_every_table_is_as_if_nothing_had_happened(tmp_path: Path):
    told: list[str] = []
    report = chaos(SEED, MINUTES, 1, tmp_path, told.append, RATE)
    assert report.is_equal, "\n".join([*told, str(report)])
    assert report.kills >= 4, str(report)


@pytest.mark.server
@pytest.mark.thorough
def test_three_brokers_whose_leader_is_killed_end_the_same(tmp_path: Path):
    told: list[str] = []
    report = chaos(SEED, 2 * MINUTES, 3, tmp_path, told.append, RATE)
    assert report.is_equal, "\n".join([*told, str(report)])
    assert report.done["broker killed"] >= 1
