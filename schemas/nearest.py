"""What somebody who wrote an unknown name probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """`; did you mean ticket.opened?`, or `otherwise` when nothing is near."""
    close = get_close_matches(name, sorted(known), 1)
    return f"; did you mean {close[0]}?" if close else otherwise
