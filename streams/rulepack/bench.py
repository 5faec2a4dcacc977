"""One rule on the bench: it and the rules that it builds on, compiled as the running system compiles them."""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from pydantic import BaseModel

from schemas.company import Company, ContactRules
from schemas.rule import Rule
from schemas.strict import validate
from streams.config import alerts_of, contacts_of, court_of, shipped
from streams.core.identity import IdentityRules
from streams.core.journeys import JourneyBook
from streams.rulepack.pipeline import Stages
from streams.stages.customer import CustomerStage

ZONE = "Europe/Berlin"  # of the shipped office calendar, and so of the shipped stories
UPSTREAM = re.compile(r"alert\.([^.]+)\.[a-z*]+")


def shipped_company() -> Company:
    """The pack as it ships, with nothing of a company's own: what the shipped stories are about."""
    return validate(Company, {"company": "as shipped", "timezone": ZONE, **shipped()}, "standard.yaml")


def stages_for(company: Company, rule: str) -> Stages:
    """The stages with this rule of the company and those that it builds on; raises `ValueError` where they do not compile."""
    names = needed(company, rule)
    rules = {name: company.rules[name] for name in company.rules if name in names}
    alone = company.model_copy(update={"rules": rules, "contact_policy": ContactRules()})
    identity = IdentityRules.of(alone)
    journeys = JourneyBook({}, words=alone.words, matter=alone.matter)
    court = court_of(alone)
    return Stages(identity, CustomerStage(identity, court, alerts_of(alone), journeys, contacts_of(alone, court)))


def needed(company: Company, rule: str) -> frozenset[str]:
    """The rule and everything that it builds on, directly or through words and other rules."""
    found, todo = set[str](), [rule]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += _upstream(company.rules[name], company)
    return frozenset(found)


def _upstream(rule: Rule, company: Company) -> Iterator[str]:
    for glob in _alerts(rule.model_dump(exclude_unset=True), company.words, frozenset()):
        yield from (name for name in company.rules if fnmatchcase(name, glob))


def _alerts(value: Any, words: Mapping[str, Any], seen: frozenset[str]) -> Iterator[str]:
    """The names or globs of rules that a selector, a rule or a word speaks of."""
    if isinstance(value, BaseModel):
        value = value.model_dump(exclude_unset=True)
    if isinstance(value, str):
        found = UPSTREAM.fullmatch(value)
        if found:
            yield found[1]
        elif value in words and value not in seen:
            yield from _alerts(words[value], words, seen | {value})
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _alerts(item, words, seen)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _alerts(item, words, seen)
