"""What a rule speaks of: the words of the company in it, and the rule as the court compiles it."""

from typing import Any

from schemas.company import Company
from schemas.rule import Rule, Selector
from streams.config import catalogue, court_of
from streams.core.rules.judge import UPSTREAM, Judge
from streams.rulepack.bench import needed


def compiled(name: str, company: Company) -> Judge:
    """The rule as it is judged, also when the company has switched it off."""
    rules = {other: company.rules[other].model_copy(update={"enabled": True}) for other in company.rules if other in needed(company, name)}
    return court_of(company.model_copy(update={"rules": rules})).judges[name]


def types_of(judge: Judge, company: Company) -> tuple[str, ...]:
    """Every event type that the rule listens to, sorted; findings of the rules that it builds on last."""
    own = sorted(name for name in catalogue(company) if judge.mentions(name))
    return (*own, *sorted(glob for glob in judge.globs if glob.startswith(UPSTREAM)))


def words_in(rule: Rule, company: Company) -> dict[str, Selector]:
    """The words that the rule uses, with what they stand for, those inside words too."""
    found: dict[str, Selector] = {}
    waiting = list(_strings(rule.model_dump(exclude_unset=True, include={"expect", "forbid", "limit", "pingpong"})))
    while waiting:
        name = waiting.pop(0)
        if name in company.words and name not in found:
            found[name] = company.words[name]
            waiting += _strings(_plain(company.words[name]))
    return found


def _plain(value: Selector) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, str) else {"type": value.type}


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _strings(item)]
    if isinstance(value, (list, tuple)):
        return [text for item in value for text in _strings(item)]
    return [value] if isinstance(value, str) else []
