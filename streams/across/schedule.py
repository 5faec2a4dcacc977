"""When which rule is asked: at the whole multiples of its `every`, however long the evaluation before took."""

from collections.abc import Iterable, Mapping

from schemas.across import AcrossRule
from streams.core.calendar import duration


class Schedule:
    """Remembers in which period each rule was asked last."""

    def __init__(self, rules: Mapping[str, AcrossRule]) -> None:
        self._every = {name: duration(rule.every) for name, rule in rules.items()}
        self._asked: dict[str, int] = {}

    def due(self, now: int) -> list[str]:
        """The rules to ask now; at the start all of them."""
        return [name for name, every in self._every.items() if self._asked.get(name) != now // every]

    def asked(self, names: Iterable[str], now: int) -> None:
        """These were asked; where nobody answered they stay due."""
        self._asked |= {name: now // self._every[name] for name in names}

    def next(self, now: int) -> int:
        """When the next one will be due; `now` when there is none."""
        return min(((now // every + 1) * every for every in self._every.values()), default=now)
