"""What people say about who is who, as a message to `identify` beside the touchpoint that stands on the timeline."""

from schemas.command import DISTINCT, SHARED, UNLINKED
from schemas.identity import Distinct, MakeToxic, Unlink
from schemas.touchpoint import Touchpoint
from streams.sources.record import Invalid

# Statements about so many identifiers, exactly; a link is made by any touchpoint with several.
ABOUT = {UNLINKED: 2, DISTINCT: 2, SHARED: 1}
WORDS = {1: "one identifier", 2: "two identifiers"}


def statement(touchpoint: Touchpoint, logged: int) -> Unlink | Distinct | MakeToxic | None:
    """None for a touchpoint that states nothing; raises `Invalid` where it is about more or fewer identifiers than it can be."""
    type, ids = touchpoint.type, touchpoint.ids
    expected = ABOUT.get(type)
    if expected is None:
        return None
    if len(ids) != expected:
        raise Invalid("invalid_value", "identifiers", f"{type} is about exactly {WORDS[expected]}, here are {len(ids)}")
    if type == UNLINKED:
        return Unlink(ids[0], ids[1], touchpoint.at, logged)
    if type == DISTINCT:
        return Distinct(ids[0], ids[1], logged)
    return MakeToxic(ids[0], logged)
