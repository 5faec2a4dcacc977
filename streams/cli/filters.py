"""Filters of the listing commands: conditions that are only there when they were asked for."""

from collections.abc import Iterable, Sequence
from typing import Any

import typer

from schemas.nearest import nearest


class Where:
    """Conditions joined by AND, with the values of their parameters."""

    def __init__(self) -> None:
        self._conditions: list[str] = []
        self.values: dict[str, Any] = {}

    def add(self, condition: str, **value: Any) -> None:
        """Add the condition, unless its value was left out."""
        if any(given is None for given in value.values()):
            return
        self._conditions.append(condition)
        self.values |= value

    def __str__(self) -> str:
        return " WHERE " + " AND ".join(self._conditions) if self._conditions else ""


def choice(given: Sequence[str] | None, choices: Iterable[str], option: str) -> list[str] | None:
    """The words that were given, each one of `choices`; ends the command (exit code 2) at a word that is none."""
    choices = tuple(choices)
    for word in given or ():
        if word not in choices:
            raise typer.BadParameter(f"{word!r} is none of {', '.join(choices)}{nearest(word, choices)}", param_hint=option)
    return list(given) if given else None
