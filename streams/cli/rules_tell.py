"""`redthread rules test`: tell the fixtures of the rules, and say where an alert is not as its author expects."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from schemas.company import Company
from schemas.nearest import nearest
from schemas.strict import InvalidConfiguration
from streams.across import tell as across
from streams.cli.options import Json, examples
from streams.cli.output import err, print_json, say
from streams.cli.rules_list import RulesOf, company_of
from streams.rulepack.bench import shipped_company
from streams.rulepack.files import Told, fixtures_in, shipped_across, shipped_fixtures
from streams.rulepack.mutate import Mutation, mutate
from streams.rulepack.run import Result, run

EPILOG = examples(
    "redthread rules test",
    "redthread rules test silence ping_pong",
    "redthread rules test my_rule --company redthread.yaml --fixtures fixtures/",
    "redthread rules test silence --mutate",
    "redthread rules test --no-server",
    "redthread rules test --json",
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("test", epilog=EPILOG)(tell)


def tell(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME…]", help="Only these rules; left out: all that have fixtures.", show_default=False)
    ] = None,
    company: RulesOf = None,
    fixtures: Annotated[
        Path | None,
        typer.Option("--fixtures", metavar="DIR", help="The company's own fixtures, a folder or a file; left out: the shipped ones."),
    ] = None,
    mutated: Annotated[
        bool,
        typer.Option(
            "--mutate", help="Also take each condition of a rule away in turn: does a story notice? Takes minutes for the whole pack."
        ),
    ] = False,
    no_server: Annotated[
        bool, typer.Option("--no-server", help="Leave out rules across customers, whose stories need an embedded ClickHouse.")
    ] = False,
    json: Json = False,
) -> None:
    """Tell each rule's fixtures, events in and alerts out, and compare. Exit code 1 when one goes otherwise than its author expects.

    The shipped fixtures are about the rules as they ship; with --company they are told with the company's own.
    """
    told = (*shipped_fixtures(), *shipped_across()) if fixtures is None else fixtures_in(fixtures)
    found = shipped_company() if company is None and fixtures is None else company_of(company)
    asked = _chosen(told, names or [])
    chosen, queries = [story for story in asked if story.fixture.rule not in found.across], _across(asked, found, no_server)
    results = (*run(found, chosen), *across.run(found, queries))
    passed = all(result.ok for result in results)
    mutations = mutate(found, chosen) if mutated and passed else ()
    if json:
        print_json({"stories": [result._asdict() | {"ok": result.ok} for result in results], "mutations": [m._asdict() for m in mutations]})
    else:
        _print(results)
        _print_mutations(mutations)
    if not passed or any(mutation.fate == "survived" for mutation in mutations):
        raise typer.Exit(1)


def _across(asked: Sequence[Told], company: Company, no_server: bool) -> list[Told]:
    stories = [story for story in asked if story.fixture.rule in company.across]
    if stories and no_server:
        err.print(f"left out, for they need a server: {', '.join(story.fixture.rule for story in stories)}", style="yellow", markup=False)
        return []
    return stories


def _chosen(told: Sequence[Told], names: Sequence[str]) -> list[Told]:
    known = {story.fixture.rule for story in told}
    problems = [f"rules test: there is no fixture for {name!r}{nearest(name, known)}" for name in names if name not in known]
    if problems:
        raise InvalidConfiguration(problems)
    return [story for story in told if not names or story.fixture.rule in names]


def _print(results: Sequence[Result]) -> None:
    by_rule: dict[str, list[Result]] = {}
    for result in results:
        by_rule.setdefault(result.rule, []).append(result)
    for rule, cases in sorted(by_rule.items()):
        failed = [case for case in cases if not case.ok]
        mark = ("✗", "bold red") if failed else ("✓", "green")
        say(Text.assemble(mark, f" {rule}  ", (f"{len(cases) - len(failed)} of {len(cases)} stories", "dim")))
        for case in failed:
            say(Text(f"    {case.file}:{case.line}: {case.case}", style="bold"))
            for line in case.differs:
                say(Text(f"      {line}", style="red"))
    failures = sum(not result.ok for result in results)
    err.print(f"{len(results)} stories of {len(by_rule)} rules, {failures or 'none'} failed")


def _print_mutations(mutations: Sequence[Mutation]) -> None:
    for mutation in mutations:
        if mutation.fate == "survived":
            say(Text(f"✗ {mutation.rule}: {mutation.change}: no story notices", style="red"))
    if mutations:
        fates = Counter(mutation.fate for mutation in mutations)
        err.print(f"{len(mutations)} changed rules: " + ", ".join(f"{number} {fate}" for fate, number in sorted(fates.items())))
