"""Every rule that is one condition away from a rule: a parameter, a test or an item of a selector less, a number one off.

Words are written out first, so that a condition that hides in a word is taken away for this rule alone.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel

from schemas.rule import Rule
from schemas.strict import DURATION

VERBS = ("expect", "forbid", "limit", "pingpong")
SELECTORS = frozenset({"after", "then", "unless", "what", "before", "until"})
REQUIRED = frozenset({"after", "then", "what", "before", "holder", "at_most"})  # without them it is another verb, or none
JUDGED_BY = ("per", "calendar", "hears", "sure", "loose", "judge")  # what stands beside the verb and can change a verdict
FINER = {"w": (6, "d"), "d": (23, "h"), "h": (59, "m"), "m": (59, "s")}  # one less than a single unit
COMPARISONS = ("lt", "le", "gt", "ge")

Plain = dict[str, Any]


class Mutant(NamedTuple):
    """`change` says what is different, in the words of the YAML."""

    change: str
    definition: Plain


def mutants(rule: Rule, words: Mapping[str, Any]) -> Iterator[Mutant]:
    """All of them, in the order of the rule's fields."""
    plain = written_out(rule, words)
    for name in JUDGED_BY:
        if name in plain:
            for change, value in _without(plain[name]):
                yield Mutant(f"{name}: {change}", _set(plain, name, value))
    verb = next(name for name in VERBS if name in plain)
    for change, spec in _of_mapping(plain[verb]):
        yield Mutant(f"{verb}.{change}", _set(plain, verb, spec))


def written_out(rule: Rule, words: Mapping[str, Any]) -> Plain:
    """The rule as plain YAML, with words replaced by what they stand for and every selector as a list of single types."""
    plain: Plain = rule.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    verb = next(name for name in VERBS if name in plain)
    return _set(plain, verb, _spelled(plain[verb], words))


def _spelled(spec: Plain, words: Mapping[str, Any]) -> Plain:
    out = {}
    for name, value in spec.items():
        if name in SELECTORS:
            value = _items(value, words)
        out[name] = _spelled(value, words) if name == "pause" else value
    return out


def _items(selector: Any, words: Mapping[str, Any]) -> list[Any]:
    if isinstance(selector, BaseModel):
        selector = selector.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    if isinstance(selector, list | tuple):
        return [item for part in selector for item in _items(part, words)]
    if isinstance(selector, str):
        return _items(words[selector], words) if selector in words else [selector]
    inner = _items(selector["type"], words)
    return [_narrowed(item, selector.get("where", {})) for item in inner]


def _narrowed(item: Any, where: Plain) -> Any:
    if not where:
        return item
    own: Plain = {"type": item} if isinstance(item, str) else item
    return {**own, "where": {**own.get("where", {}), **where}}


def _of_mapping(spec: Plain) -> Iterator[tuple[str, Plain]]:
    """The parameters of a verb, each changed in every way."""
    for name, value in spec.items():
        if name not in REQUIRED:
            yield f"{name}: left out", _set(spec, name, None)
        for change, changed in _changed(name, value):
            yield f"{name}: {change}", _set(spec, name, changed)


def _changed(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if name in SELECTORS:
        yield from _of_selector(value)
    elif name == "pause":
        for inner in ("after", "until"):
            yield from ((f"{inner}: {change}", _set(value, inner, changed)) for change, changed in _of_selector(value[inner]))
    elif name in ("at_most", "times"):
        yield f"{value + 1}", value + 1
    elif isinstance(value, str) and DURATION.fullmatch(value):
        yield from ((text, text) for text in _near(value))


def _near(duration: str) -> tuple[str, str]:
    found = DURATION.fullmatch(duration)
    assert found, "was matched before"
    number, unit = int(found[1]), found[2]
    less, finer = (number - 1, unit) if number > 1 else FINER[unit]
    return f"{number + 1}{unit}", f"{less}{finer}"


def _without(value: Any) -> Iterator[tuple[str, Any]]:
    """Left out, or with one item less. A history is one customer's anyway, so `customer` beside other fields says nothing."""
    yield "left out", None
    if isinstance(value, list) and len(value) > 1:
        for item in value:
            if item != "customer":
                yield f"without {item}", [other for other in value if other != item]


def _of_selector(items: list[Any]) -> Iterator[tuple[str, list[Any]]]:
    for place, item in enumerate(items):
        if len(items) > 1:
            yield f"without {_told(item)}", items[:place] + items[place + 1 :]
        if isinstance(item, dict):
            for change, changed in _of_where(item["where"]):
                other: Any = _set(item, "where", changed) if changed else item["type"]
                yield f"{item['type']} where {change}", [*items[:place], other, *items[place + 1 :]]


def _of_where(where: Plain) -> Iterator[tuple[str, Plain]]:
    for field, test in where.items():
        yield f"{field} is anything", _set(where, field, None)
        if isinstance(test, list):
            for item in test:
                yield f"{field} is not {item}", _set(where, field, [other for other in test if other != item])
        if isinstance(test, dict):
            for comparison in COMPARISONS:
                value = test.get(comparison)
                if isinstance(value, int | float):
                    for other in (value - 1, value + 1):
                        yield f"{field} {comparison} {other}", _set(where, field, {**test, comparison: other})


def _told(item: Any) -> str:
    if isinstance(item, str):
        return item
    return f"{item['type']} where {', '.join(item['where'])}"


def _set(plain: Plain, name: str, value: Any) -> Plain:
    """A copy with this entry, or without it where the value is None."""
    if value is None:
        return {key: kept for key, kept in plain.items() if key != name}
    return {key: value if key == name else kept for key, kept in plain.items()}
