"""Which values of identifiers are made up."""

from schemas.touchpoint import is_canary

NAME = "canary-1-desk"


def test_only_made_up_values_are_canaries():
    assert [value for value in (NAME, f"{NAME}@canary.invalid", "canary-bird@example.org", "C-17", 7, None) if is_canary(value)] == [
        NAME,
        f"{NAME}@canary.invalid",
    ]
