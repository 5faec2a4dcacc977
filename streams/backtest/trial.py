"""The rules that are tried, compiled as the running system compiles them."""

from collections.abc import Sequence

from schemas.clock import Clock
from schemas.company import Company
from schemas.nearest import nearest
from schemas.strict import InvalidConfiguration
from streams.config import alerts_of, court_of
from streams.core.backtest import Tally, Trial
from streams.rulepack.bench import needed


def tried(company: Company, names: Sequence[str]) -> Company:
    """The company with these rules switched on: whoever tries a rule may not have switched it on yet. Refuses names of no rule."""
    unknown = [name for name in names if name not in company.rules]
    if unknown:
        raise InvalidConfiguration([f"rules backtest: there is no rule {name!r}{nearest(name, company.rules)}" for name in unknown])
    on = {name: company.rules[name].model_copy(update={"enabled": True}) for name in names}
    return company.model_copy(update={"rules": company.rules | on})


def alone(company: Company, names: Sequence[str]) -> Company:
    """The company with these rules and those that they build on, and no other."""
    kept = frozenset[str]().union(*(needed(company, name) for name in names))
    return company.model_copy(update={"rules": {name: rule for name, rule in company.rules.items() if name in kept}})


def trial_of(company: Company, now: int) -> Trial:
    """All rules of the company that are on, in front of a history that is complete up to `now`."""
    return Trial(court_of(company), alerts_of(company), Clock(now))


def tallies_of(company: Company, names: Sequence[str], since: int) -> list[Tally]:
    """One for each of the rules, in their order."""
    return [Tally(name, company.rules[name], since, company.timezone) for name in names]
