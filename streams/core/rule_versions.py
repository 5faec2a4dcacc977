"""The version of a rule: a short hash of everything that can change one of its verdicts.

That is the rule's own text and the words and calendars that it names, directly or through other words. Prose for people and the
alert budget decide no verdict, so that mending a translation does not publish every alert again.
"""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from pydantic import BaseModel

PROSE = frozenset({"means", "first_step", "budget"})
LENGTH = 12  # 48 bits: two versions of one rule do not collide by chance, and people can still compare them


def rule_versions(rules: Mapping[str, BaseModel], named: Mapping[str, Any]) -> dict[str, str]:
    """rule -> version; `named` are the words and calendars by their names."""
    definitions = {name: _plain(value) for name, value in named.items()}
    return {name: _version(_plain(rule), definitions) for name, rule in rules.items()}


def _version(rule: Any, definitions: Mapping[str, Any]) -> str:
    text = {field: value for field, value in rule.items() if field not in PROSE}
    used: dict[str, Any] = {}
    todo = [text]
    while todo:
        for name in _strings(todo.pop()):
            if name in definitions and name not in used:
                used[name] = definitions[name]
                todo.append(definitions[name])
    canonical = json.dumps([text, used], sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return sha256(canonical.encode()).hexdigest()[:LENGTH]


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
