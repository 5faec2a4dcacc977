"""A dead letter: input that cannot be used, with the original bytes and one reason from a closed list."""

from typing import Literal

from msgspec import Struct

from schemas.touchpoint import Origin

Reason = Literal[
    "not_json",
    "not_cloudevents",
    "missing_field",
    "bad_time",
    "time_out_of_range",
    "no_identifier",
    "too_large",
    "unmapped",
    "invalid_value",
    "bug",
]


class DeadLetter(Struct, frozen=True, array_like=True, tag="dead_letter", kw_only=True):
    """`message` names the record, the field and the reason in one sentence, without personal data."""

    reason: Reason
    field: str
    message: str
    source: str
    origin: Origin
    payload: bytes
    attempts: int = 1
    received_at: int = 0  # microseconds: when the record was recorded, so that a replay lands in the same row
