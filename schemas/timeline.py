"""One row of the customer timeline: a touchpoint, whom it is attributed to, and the customer as known when it was written."""

from msgspec import Struct

from schemas.touchpoint import Touchpoint

DIGEST_BITS, SKIP_BITS = 14, 6


class TimelineEntry(Struct, frozen=True, array_like=True, tag="timeline"):
    """`skip` counts toxic identifiers passed over; `skip == len(ids)` means that nobody is left to attribute it to."""

    touchpoint: Touchpoint
    skip: int
    customer_id: str | None

    @property
    def attributed_to(self) -> str | None:
        """The identifier that stands for the customer: the first one that is not toxic."""
        ids = self.touchpoint.ids
        return ids[self.skip] if self.skip < len(ids) else None

    @property
    def version(self) -> int:
        """Orders rows of one event by content alone: later recorded, then digest, then how far it was re-attributed."""
        t = self.touchpoint
        recorded = max(t.recorded_at, 0) // 1000
        return recorded << DIGEST_BITS + SKIP_BITS | (t.digest & (1 << DIGEST_BITS) - 1) << SKIP_BITS | min(self.skip, (1 << SKIP_BITS) - 1)
