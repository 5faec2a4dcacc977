"""The law of folding: what a rule does not need any more can be forgotten, and nothing from then on is judged otherwise."""

import pytest
from hypothesis import given

from schemas.touchpoint import Touchpoint
from streams.core.rules.court import Judgement
from tests.core.rules.histories import BASE, COURT, HOUR, HOURS, by_id, everybody, histories

pytestmark = pytest.mark.law

NOON, NIGHT = BASE + 16 * HOUR, BASE + 31 * HOUR
NEW = histories(hours=(31, HOURS), prefix="n", tie=False)


def still(judgement: Judgement, cut: int) -> dict[object, object]:
    """The findings that have not ended before the cut; their evidence may have been forgotten."""
    return {
        id: (f.level, f.since, f.until, f.hits, f.size) for id, f in by_id(judgement).items() if f.until is None or f.until >= cut
    }  # fmt: skip


@given(histories(hours=(0, 30)), NEW)
def test_what_is_forgotten_changes_no_later_verdict(old: list[Touchpoint], new: list[Touchpoint]) -> None:
    past = COURT.fold(old, everybody(NIGHT), NIGHT)
    for hours in (0, 3, 10, 40):
        clock = everybody(NIGHT + hours * HOUR)
        assert still(COURT.judge(new, clock, past), NIGHT) == still(COURT.judge(old + new, clock), NIGHT)


@given(histories(hours=(0, 15)), histories(hours=(16, 30), prefix="m", tie=False), NEW)
def test_folding_again_forgets_no_more_than_it_may(old: list[Touchpoint], middle: list[Touchpoint], new: list[Touchpoint]) -> None:
    past = COURT.fold(middle, everybody(NIGHT), NIGHT, COURT.fold(old, everybody(NOON), NOON))
    for hours in (0, 7, 30):
        clock = everybody(NIGHT + hours * HOUR)
        assert still(COURT.judge(new, clock, past), NIGHT) == still(COURT.judge(old + middle + new, clock), NIGHT)
