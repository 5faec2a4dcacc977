"""What a rule speaks of: the words of the company in it, and the event types behind them."""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from schemas.company import Company
from schemas.rule import Expect, Forbid, Limit, PingPong, Rule, Select
from streams.config import catalogue

ENDING = {Expect: ("then", "unless"), Forbid: ("until",), Limit: ("until",), PingPong: ("until",)}  # fields whose types could end a finding


def words_in(rule: Rule, company: Company) -> dict[str, Any]:
    """The words that the rule uses, with what they stand for, those inside words too."""
    found: dict[str, Any] = {}
    waiting = [name for _, value in _selectors(rule) for name in _names(value)]
    while waiting:
        name = waiting.pop(0)
        if name in company.words and name not in found:
            found[name] = company.words[name]
            waiting += _names(company.words[name])
    return found


def types_in(rule: Rule, company: Company) -> tuple[str, ...]:
    """Every event type that the rule listens to, sorted; alerts of other rules too."""
    return tuple(sorted({type_ for _, value in _selectors(rule) for type_ in _types(value, company)}))


def hears(rule: Rule, company: Company) -> tuple[str, ...]:
    """Whose clocks count: what the rule says, else everybody who reports a type that could end a finding."""
    if rule.hears is not None:
        return (rule.hears,) if isinstance(rule.hears, str) else tuple(rule.hears)
    known = catalogue(company)
    ending = [value for name, value in _selectors(rule) if name in _ending(rule)] or [value for _, value in _selectors(rule)]
    return tuple(sorted({department for value in ending for type_ in _types(value, company) for department in known.get(type_, ())}))


def _ending(rule: Rule) -> Sequence[str]:
    return tuple(name for verb in _verbs(rule) for name in ENDING[type(verb)])


def _verbs(rule: Rule) -> Iterator[Expect | Forbid | Limit | PingPong]:
    for verb in (rule.expect, rule.forbid, rule.limit, rule.pingpong):
        if verb is not None:
            yield verb


def _selectors(rule: Rule) -> Iterator[tuple[str, Any]]:
    for verb in _verbs(rule):
        for name in ("after", "before", "what", "then", "unless", "until"):
            value = getattr(verb, name, ())
            if value:
                yield name, value
        if isinstance(verb, Expect) and verb.pause:
            yield "pause", (*_listed(verb.pause.after), *_listed(verb.pause.until))


def _types(value: Any, company: Company) -> Iterator[str]:
    for name in _names(value):
        if name in company.words:
            yield from _types(company.words[name], company)
        elif "*" in name or "?" in name:
            yield from (type_ for type_ in catalogue(company) if fnmatchcase(type_, name))
        else:
            yield name


def _names(value: Any) -> list[str]:
    """Types, globs and words that stand in a selector."""
    if isinstance(value, Select):
        return list(_listed(value.type))
    if isinstance(value, Mapping):
        return list(_listed(value["type"]))
    if isinstance(value, str):
        return [value]
    return [name for item in value for name in _names(item)]


def _listed(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)
