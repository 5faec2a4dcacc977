"""`redthread rules list`: every rule of the company in one line."""

from pathlib import Path
from typing import Annotated, Any

import typer

from schemas.across import AcrossRule
from schemas.company import Company
from schemas.rule import Rule
from streams.cli.opened import text_in
from streams.cli.options import COMPANY_FILE, Json, Lang, Shape, examples, shape
from streams.cli.output import Format, print_rows
from streams.cli.rule_texts import Language
from streams.config import load, shipped
from streams.rulepack.bench import shipped_company

VERBS = ("expect", "forbid", "limit", "pingpong")
COLUMNS = ("name", "verb", "severity", "who", "means", "title", "per", "calendar", "enabled", "shipped")
ON_A_TERMINAL = 5  # of the columns above; the others are for programs
EPILOG = examples("redthread rules list", "redthread rules list --company deploy/examples/minimal --lang de", "redthread rules list --json")

RulesOf = Annotated[
    Path | None,
    typer.Option(
        "--company", "-c", metavar="FILE", help="The company file; left out: ./redthread.yaml, else the shipped pack.", show_default=False
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("list", epilog=EPILOG)(listing)


def listing(company: RulesOf = None, lang: Lang = "en", format: Shape = Format.table, json: Json = False) -> None:
    """Every rule: its verb, how severe it is, who has to act, and what it means for the customer."""
    found, pack = company_of(company), shipped()
    rules: dict[str, Rule | AcrossRule] = {**found.rules, **found.across}
    rows = [_row(name, rule, lang, name in pack["rules"] or name in pack["across"]) for name, rule in rules.items()]
    if shape(format, json) is Format.table:
        print_rows(COLUMNS[:ON_A_TERMINAL], [(_marked(name, rules[name]), *row[: ON_A_TERMINAL - 1]) for name, *row in rows], Format.table)
    else:
        print_rows(COLUMNS, rows, shape(format, json))


def company_of(path: Path | None) -> Company:
    """The company whose rules are meant; with no company file at hand, one that has the shipped pack and nothing else."""
    if path is not None:
        return load(path).company
    if COMPANY_FILE.is_file():
        return load(COMPANY_FILE).company
    return shipped_company()


def verb_of(rule: Rule | AcrossRule) -> str:
    """The one verb that the rule is made of; a rule across customers is a query."""
    if isinstance(rule, AcrossRule):
        return "across"
    return next(verb for verb in VERBS if getattr(rule, verb) is not None)


def _marked(name: str, rule: Rule | AcrossRule) -> str:
    return name if rule.enabled else f"{name} (off)"


def _row(name: str, rule: Rule | AcrossRule, lang: Language, is_shipped: bool) -> tuple[Any, ...]:
    per = rule.key if isinstance(rule, AcrossRule) else rule.per
    means = text_in(rule.means, lang)
    return (
        name,
        verb_of(rule),
        rule.severity,
        rule.who or "",
        means,
        rule.title,
        per if isinstance(per, str) else "+".join(per),
        None if isinstance(rule, AcrossRule) else rule.calendar,
        rule.enabled,
        is_shipped,
    )
