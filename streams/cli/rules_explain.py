"""`redthread rules explain NAME`: one rule in words, its text after merging, what it listens to, and a story about it."""

from typing import Annotated, Any

import typer
import yaml
from rich.text import Text

from schemas.across import AcrossRule
from schemas.company import Company
from schemas.nearest import nearest
from schemas.strict import InvalidConfiguration
from streams.cli.identity_findings import FINDINGS, explained_identity
from streams.cli.opened import text_in
from streams.cli.options import Json, Lang, examples
from streams.cli.output import print_json, say
from streams.cli.rule_scope import compiled, types_of, words_in
from streams.cli.rule_texts import Language
from streams.cli.rule_words import Sentences
from streams.cli.rules_list import RulesOf, company_of, verb_of
from streams.rulepack.files import stories_of

HEADINGS: dict[str, dict[Language, str]] = {
    "means": {"en": "What it means", "de": "Was es bedeutet"},
    "demands": {"en": "What it demands", "de": "Was sie verlangt"},
    "first_step": {"en": "First step", "de": "Erster Schritt"},
    "budget": {"en": "Should stay under", "de": "Sollte darunter bleiben"},
    "hears": {"en": "Listens to", "de": "Hört auf"},
    "words": {"en": "Words", "de": "Wörter"},
    "waits": {"en": "Waits and wakes", "de": "Wartet und wacht auf"},
    "says": {"en": "What it says", "de": "Was sie sagt"},
    "asks": {"en": "Asks", "de": "Fragt"},
    "parameters": {"en": "Parameters", "de": "Parameter"},
    "query": {"en": "Query", "de": "Abfrage"},
    "yaml": {"en": "After merging", "de": "Nach dem Zusammenführen"},
    "story": {"en": "A story that breaks it", "de": "Eine Geschichte, die sie bricht"},
}
BUDGET: dict[Language, str] = {
    "en": "{:g} alerts per 1,000 active customers and month",
    "de": "{:g} Meldungen je 1.000 aktive Kunden und Monat",
}
MONTHLY: dict[Language, str] = {"en": "{:g} alerts a month", "de": "{:g} Meldungen im Monat"}
ASKS: dict[Language, str] = {
    "en": "every {}; findings are told apart by {}",
    "de": "alle {}; Funde werden unterschieden nach {}",
}
EPILOG = examples(
    "redthread rules explain silence", "redthread rules explain late_delivery --lang de", "redthread rules explain ping_pong --json"
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("explain", epilog=EPILOG)(explain)


def explain(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The rule's name, as in `rules list`.")],
    company: RulesOf = None,
    lang: Lang = "en",
    json: Json = False,
) -> None:
    """One rule in words: what it demands, what it listens to, whom it waits for, when it looks again, and an example."""
    found = company_of(company)
    if name in found.rules:
        document = explained(name, found, lang)
    elif name in found.across:
        document = explained_across(name, found.across[name], lang)
    elif name in FINDINGS:
        document = explained_identity(name, lang)
    else:
        raise InvalidConfiguration([f"rules explain: there is no rule {name!r}{nearest(name, {*found.rules, *found.across, *FINDINGS})}"])
    if json:
        print_json(document)
    else:
        _print(document, lang)


def explained(name: str, company: Company, language: Language) -> dict[str, Any]:
    """Everything there is to say about one rule."""
    rule = company.rules[name]
    say_it, judge = Sentences(language), compiled(name, company)
    text = rule.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {
        "name": name,
        "title": rule.title,
        "verb": verb_of(rule),
        "severity": rule.severity,
        "who": rule.who,
        "enabled": rule.enabled,
        "means": text_in(rule.means, language),
        "demands": list(say_it.demands(rule)),
        "first_step": text_in(rule.first_step, language),
        "budget": "" if rule.budget is None else BUDGET[language].format(rule.budget),
        "hears": list(types_of(judge, company)),
        "words": {word: say_it.selector(value) for word, value in words_in(rule, company).items()},
        "waits": list(say_it.waits(judge)),
        "yaml": yaml.safe_dump({name: text}, allow_unicode=True, sort_keys=False, width=110),
        "story": next((case.model_dump(mode="json", exclude_defaults=True) for case in stories_of(name) if case.shows == "hit"), None),
    }


def explained_across(name: str, rule: AcrossRule, language: Language) -> dict[str, Any]:
    """Everything there is to say about one rule across customers."""
    text = rule.model_dump(mode="json", exclude_defaults=True, exclude={"query"})
    return {
        "name": name,
        "title": rule.title,
        "verb": "across",
        "severity": rule.severity,
        "who": rule.who,
        "enabled": rule.enabled,
        "means": text_in(rule.means, language),
        "says": text_in(rule.summary, language),
        "first_step": text_in(rule.first_step, language),
        "budget": "" if rule.budget is None else MONTHLY[language].format(rule.budget),
        "asks": [ASKS[language].format(rule.every, ", ".join(rule.key))],
        "parameters": {parameter: yaml_of(value) for parameter, value in rule.parameters.items()},
        "query": rule.query,
        "yaml": yaml.safe_dump({name: text}, allow_unicode=True, sort_keys=False, width=110),
        "story": next((case.model_dump(mode="json", exclude_defaults=True) for case in stories_of(name) if case.shows == "hit"), None),
    }


def yaml_of(value: Any) -> str:
    """A parameter as it is written."""
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _print(document: dict[str, Any], language: Language) -> None:
    who = document["who"] or {"en": "depends on the case", "de": "hängt vom Fall ab"}[language]
    say(Text.assemble((document["title"], "bold"), f"  {document['name']} · {document['verb']} · {document['severity']} · {who}"))
    for key in ("means", "demands", "says", "first_step", "budget", "hears", "words", "waits", "asks", "parameters", "query"):
        if document.get(key):
            say(Text(f"\n{HEADINGS[key][language]}", style="bold"))
            for line in _lines(document[key]):
                say(Text(f"  {line}"))
    for key, text in (("yaml", document.get("yaml")), ("story", _told(document["story"]) if document.get("story") else None)):
        if text:
            say(Text(f"\n{HEADINGS[key][language]}", style="bold"))
            say(Text(_indented(text)))


def _lines(value: Any) -> list[str]:
    if isinstance(value, str):
        return value.splitlines()
    if isinstance(value, dict):
        return [f"{name}: {words}" for name, words in value.items()]
    return [", ".join(value)] if all("." in word and " " not in word for word in value) else list(value)


def _told(story: dict[str, Any]) -> str:
    return str(yaml.safe_dump(story, allow_unicode=True, sort_keys=False, width=110, default_flow_style=None))


def _indented(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.splitlines()).rstrip("\n")
