"""States as bytes. A family is saved with every event, and most of it are touchpoints that were encoded before: only new ones are.

That is not about instructions. Encoding a touchpoint visits some forty small objects all over the memory, and of customers whose turn comes
once in a while the processor's caches hold none; what was encoded lies in one piece.
"""

from operator import is_
from typing import Any, Protocol

from msgspec import Raw
from msgspec.structs import astuple

from schemas.codec import encode
from schemas.state import FamilyState, Held

Encoded = tuple[dict[str, Held], bytes]  # touchpoints, and their entries one after the other

NOTHING: Encoded = ({}, b"")
TOUCHPOINTS = FamilyState.__struct_fields__.index("touchpoints")


class Encoder(Protocol):
    """Of the states of one partition."""

    def __call__(self, key: str, state: Any) -> bytes: ...

    def forget(self, key: str) -> None:
        """Its state is not kept in memory any more."""


class PlainEncoder:
    """Keeps nothing."""

    def __call__(self, key: str, state: Any) -> bytes:
        return encode(state)

    def forget(self, key: str) -> None:
        pass


class FamilyEncoder:
    """Gives the bytes of `schemas.codec.encode`."""

    def __init__(self) -> None:
        self._encoded: dict[str, Encoded] = {}

    def __call__(self, key: str, state: FamilyState) -> bytes:
        touchpoints, encoded = state.touchpoints, self._encoded.get(key, NOTHING)
        if touchpoints is not encoded[0]:
            encoded = self._encoded[key] = touchpoints, _grown(encoded, touchpoints)
        fields: list[Any] = list(astuple(state))
        fields[TOUCHPOINTS] = Raw(_header(len(touchpoints)) + encoded[1])
        return encode(fields)

    def forget(self, key: str) -> None:
        self._encoded.pop(key, None)


def _grown(encoded: Encoded, touchpoints: dict[str, Held]) -> bytes:
    """The entries of all. What was added comes last; where something was replaced or taken away all are encoded again."""
    known, entries = encoded
    if len(known) > len(touchpoints) or not all(map(is_, known.values(), touchpoints.values())):
        known, entries = NOTHING
    new = list(touchpoints.items())[len(known) :]
    return entries + b"".join([encode(event_id) + encode(held) for event_id, held in new])


def _header(entries: int) -> bytes:
    """With which MessagePack begins a map of so many."""
    if entries < 1 << 4:
        return bytes((0x80 | entries,))
    return b"\xde" + entries.to_bytes(2) if entries < 1 << 16 else b"\xdf" + entries.to_bytes(4)
