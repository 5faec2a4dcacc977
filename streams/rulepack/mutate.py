"""Do the fixtures of a rule notice when any one of its conditions is gone?

A condition that can be taken away without a story failing is either not tested or not needed. Where no story can tell (the mutant is
the same rule in other words) the fixture says so, with the reason, under `equivalent`.
"""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from schemas.company import Company
from schemas.rule import Rule
from schemas.strict import InvalidConfiguration, validate
from streams.rulepack.bench import stages_for
from streams.rulepack.files import Told
from streams.rulepack.mutants import Mutant, mutants, written_out
from streams.rulepack.run import Script, check, scripts, tell

Fate = Literal["killed", "survived", "invalid", "equivalent"]


class Mutation(NamedTuple):
    """What became of one mutant. `because`: the story that noticed, or the reason why none can."""

    file: str
    rule: str
    change: str
    fate: Fate
    because: str


def mutate(company: Company, fixtures: Iterable[Told]) -> tuple[Mutation, ...]:
    """Every mutant of every rule that has fixtures; a rule with several files is mutated once, against all of them.

    Raises `InvalidConfiguration` where a story fails as it is.
    """
    fixtures = tuple(fixtures)
    check(company, fixtures)
    by_rule: dict[str, list[Told]] = {}
    for told in fixtures:
        if company.rules[told.fixture.rule].enabled:
            by_rule.setdefault(told.fixture.rule, []).append(told)
    return tuple(mutation for rule, files in by_rule.items() for mutation in _mutate(company, rule, files))


def _mutate(company: Company, rule: str, files: list[Told]) -> Iterator[Mutation]:
    stories = [script for told in files for script in scripts(company, told)]
    equivalent = {change: reason for told in files for change, reason in told.fixture.equivalent.items()}
    where = files[0].file
    same = Mutant("nothing", written_out(company.rules[rule], company.words))
    if _fate(company, rule, same, stories)[0] != "survived":
        raise InvalidConfiguration([f"{where}:1: {rule}: its stories go otherwise than told even with the rule as it is; mend them first"])
    for mutant in mutants(company.rules[rule], company.words):
        fate, because = _fate(company, rule, mutant, stories)
        if fate == "survived" and mutant.change in equivalent:
            fate, because = "equivalent", equivalent[mutant.change]
        yield Mutation(where, rule, mutant.change, fate, because)


def _fate(company: Company, rule: str, mutant: Mutant, stories: list[Script]) -> tuple[Fate, str]:
    try:
        changed = validate(Rule, mutant.definition, rule)
        stages = stages_for(company.model_copy(update={"rules": {**company.rules, rule: changed}}), rule)
    except InvalidConfiguration as error:
        return "invalid", error.problems[0]
    except ValueError as error:
        return "invalid", str(error)
    for script in stories:
        if tell(stages, script):
            return "killed", script.case.name
    return "survived", ""
