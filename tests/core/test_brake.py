"""When the brake is pulled, and that it is not a record sooner."""

from itertools import cycle, islice

import pytest

from schemas.company import Brake
from streams.core.brake import FINE, BrakePulled, Pulled, Watch

LIMITS = Brake(share=0.5, of=100, least=20, in_a_row=50)


def heard(*reasons, source="shop", watch=None):
    """Tell it one record after the other; how many it took and why it stopped."""
    watch = watch or Watch(LIMITS)
    for number, reason in enumerate(reasons):
        try:
            watch.hear(source, (reason,))
        except BrakePulled as brake:
            return number, brake.pulled
    return len(reasons), None


def test_a_source_of_which_nothing_can_be_used_is_stopped_at_the_least_number():
    assert heard(*["not_json"] * 60) == (19, Pulled("shop", 20, 20, {"not_json": 20}))


def test_as_many_good_records_as_bad_ones_go_on():
    assert heard(*islice(cycle([FINE, "bad_time"]), 1_000)) == (1_000, None)


def test_more_bad_records_than_good_ones_stop_it():
    reasons = islice(cycle(["bad_time", FINE, "unmapped"]), 1_000)
    assert heard(*reasons) == (29, Pulled("shop", 20, 30, {"bad_time": 10, "unmapped": 10}))


def test_what_was_good_long_ago_does_not_count():
    assert heard(*[FINE] * 5_000, *["bug"] * 100) == (5_049, Pulled("shop", 50, 100, {"bug": 50}))


def test_so_many_in_a_row_stop_it_whatever_the_share_is():
    tolerant = Watch(LIMITS.model_copy(update={"share": 1.0}))
    assert heard(*[FINE] * 10, *["too_large"] * 60, watch=tolerant) == (59, Pulled("shop", 50, 60, {"too_large": 50}))


def test_a_good_record_begins_a_new_row():
    tolerant = Watch(LIMITS.model_copy(update={"share": 1.0}))
    assert heard(*(["too_large"] * 49 + [FINE]) * 10, watch=tolerant) == (500, None)


def test_dead_letters_leave_the_window_too():
    assert heard(*["bug"] * 19, *([FINE] * 60 + ["bug"] * 19) * 20) == (19 + 79 * 20, None)


def test_every_source_has_a_brake_of_its_own():
    watch = Watch(LIMITS)
    assert heard(*["bug"] * 19, source="shop", watch=watch) == (19, None)
    assert heard(*["bug"] * 19, source="desk", watch=watch) == (19, None)
    assert heard("bug", source="desk", watch=watch) == (0, Pulled("desk", 20, 20, {"bug": 20}))


def test_it_says_what_is_wrong_and_how_to_go_on():
    with pytest.raises(BrakePulled) as stopped:
        Watch(LIMITS).hear("shop", ["bad_time"] * 12 + ["not_json"] * 30)
    assert str(stopped.value) == (
        "source shop: 20 of the last 20 records became dead letters (12 bad_time, 8 not_json), so nothing more is read. "
        "Mend its source file and start again; --no-brake goes on all the same"
    )


def test_people_who_say_what_cannot_be_meant_stop_nobody():
    assert heard(*["missing_field"] * 1_000, source="commands") == (1_000, None)
