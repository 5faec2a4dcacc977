"""Values of a source file, compiled: a plain path is a look-up in a dict, simple JMESPath conditions are closures, the rest is JMESPath.

A plain path is looked up as it stands first (`case.concept:name` is one key of an XES record, `a.b` may be one column), then step by step.
"""

from collections.abc import Callable, Sequence
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from schemas.source import is_plain
from streams.sources.record import Invalid, is_present

Getter = Callable[[Any], Any]


def compile_value(value: Sequence[str]) -> Getter:
    """The first present one of some paths, literals and expressions; None when there is none."""
    getters = [_compile_one(text) for text in value]
    if not getters:
        return lambda _record: None
    if len(getters) == 1:
        return getters[0]

    def first_present(record: Any) -> Any:
        for get in getters:
            found = get(record)
            if found is not None:
                return found
        return None

    return first_present


def _compile_one(text: str) -> Getter:
    if text.startswith("="):
        literal = text[1:]
        return lambda _record: literal
    if is_plain(text) and "." not in text:
        return _compile_column(text)
    find = compile_path(text) if is_plain(text) else compile_expression(text)

    def present(record: Any) -> Any:
        found = find(record)
        if found.__class__ is str:
            return found if found and not found.isspace() else None
        return found if is_present(found) else None

    return present


def _compile_column(name: str) -> Getter:
    """The same for one key, which most values are, in one call."""

    def present(record: Any) -> Any:
        found = record.get(name)
        if found.__class__ is str:
            return found if found and not found.isspace() else None
        return found if is_present(found) else None

    return present


def compile_path(path: str) -> Getter:
    """A look-up by name, then by steps."""
    steps = path.split(".")

    def walk(record: Any) -> Any:
        found = record.get(path)
        if found is not None:
            return found
        for step in steps:
            if not isinstance(record, dict):
                return None
            record = record.get(step)
        return record

    return walk


def compile_expression(expression: str) -> Getter:
    """JMESPath over a record; raises `Invalid` where the expression does not fit the record."""
    compiled = jmespath.compile(expression)
    direct = _compile_node(compiled.parsed)
    if direct is not None:
        return direct

    def search(record: Any) -> Any:
        try:
            return compiled.search(record)
        except (JMESPathError, TypeError, ValueError, ArithmeticError) as error:
            raise Invalid("invalid_value", expression, f"{expression}: {type(error).__name__} on this record") from None

    return search


def is_true(value: Any) -> bool:
    """What JMESPath takes for true: everything but null, false and the empty ones; zero is true."""
    return not (value is None or value is False or value == "" or value == [] or value == {})


def _equal(left: Any, right: Any) -> bool:
    return bool(left == right) and isinstance(left, bool) == isinstance(right, bool)


def _compile_node(node: Any) -> Getter | None:
    """A closure for the part of JMESPath that conditions are made of, with its meaning; None for all the rest."""
    kind = node["type"]
    if kind == "literal":
        literal = node["value"]
        return lambda _record: literal
    if kind == "field":
        return _field(node["value"])
    children = [_compile_node(child) for child in node.get("children", ())]
    build = _NODES.get(f"{kind}:{node['value']}" if kind in ("comparator", "function_expression") else kind)
    if build is None or any(child is None for child in children):
        return None
    return build(children)


def _field(name: str) -> Getter:
    return lambda record: record.get(name) if isinstance(record, dict) else None


def _steps(children: list[Any]) -> Getter:
    def walk(record: Any) -> Any:
        for child in children:
            record = child(record)
        return record

    return walk


def _binary(make: Callable[[Getter, Getter], Getter]) -> Callable[[list[Any]], Getter]:
    return lambda children: make(*children)


def _to_number(children: list[Any]) -> Getter:
    (child,) = children

    def number(record: Any) -> Any:
        found = child(record)
        if isinstance(found, str):
            return _number(found)
        return found if isinstance(found, int | float) and not isinstance(found, bool) else None

    return number


def _number(text: str) -> int | float | None:
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return None


_NODES: dict[str, Callable[[list[Any]], Getter]] = {
    "subexpression": _steps,
    "comparator:eq": _binary(lambda left, right: lambda record: _equal(left(record), right(record))),
    "comparator:ne": _binary(lambda left, right: lambda record: not _equal(left(record), right(record))),
    "and_expression": _binary(lambda left, right: lambda record: right(record) if is_true(left(record)) else left(record)),
    "or_expression": _binary(lambda left, right: lambda record: left(record) if is_true(left(record)) else right(record)),
    "not_expression": lambda children: lambda record: not is_true(children[0](record)),
    "function_expression:to_number": _to_number,
}
