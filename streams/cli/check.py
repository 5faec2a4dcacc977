"""`redthread check`: is the company file right, and what does it say?"""

import re
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from schemas.across import AcrossRule
from schemas.company import Company
from schemas.rule import Rule
from schemas.strict import InvalidConfiguration
from schemas.vocabulary import VOCABULARY
from streams.cli.options import COMPANY_FILE, Json, examples
from streams.cli.output import complain, print_json, say
from streams.config import load

PLACE = re.compile(r"(.+?):(\d+): ")
EPILOG = examples("redthread check", "redthread check deploy/examples/minimal", "redthread check redthread.yaml --json")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("check", epilog=EPILOG)(check)


def check(
    file: Annotated[Path, typer.Argument(metavar="[FILE]", help="The company file, or the folder that it is in.")] = COMPANY_FILE,
    json: Json = False,
) -> None:
    """Read the company file with all that it names; say what is wrong with file, line and field (exit code 2), or what it says."""
    try:
        loaded = load(file)
    except InvalidConfiguration as error:
        problems = sorted(error.problems, key=_place)
        if json:
            print_json({"file": str(file), "valid": False, "problems": problems})
        else:
            for problem in problems:
                complain(problem)
        raise typer.Exit(2) from None
    document = {"file": str(loaded.path), "valid": True, "problems": [], **summary(loaded.company)}
    if json:
        print_json(document)
    else:
        _print(document)


def _place(problem: str) -> tuple[str, int]:
    """Where `file:line: field: reason` is, so that one can mend a file from its top to its end."""
    found = PLACE.match(problem)
    return (found[1], int(found[2])) if found else (problem, 0)


def summary(company: Company) -> dict[str, Any]:
    """What the company file says, counted."""
    own = company.types
    types = {name for source in company.sources for name in source.types}
    known: dict[str, Rule | AcrossRule] = {**company.rules, **company.across}
    enabled = [name for name, rule in known.items() if rule.enabled]
    return {
        "company": company.company,
        "timezone": company.timezone,
        "departments": list(company.departments),
        "sources": [
            {"source": source.source, "department": source.department, "format": source.input.format, "types": len(source.types)}
            for source in company.sources
        ],
        "types": sorted(types),
        "unknown_types": sorted(name for name in types if name not in VOCABULARY and name not in own),
        "rules": len(enabled),
        "rules_off": sorted(set(known) - set(enabled)),
        "journeys": list(company.journeys),
        "identifier_kinds": list(company.kinds),
    }


def _print(document: dict[str, Any]) -> None:
    say(Text.assemble(("✓ ", "green"), f"{document['file']}: {document['company']}, times in {document['timezone']}"))
    lines = Table.grid(padding=(0, 2))
    sources = [f"{source['source']} ({source['department']}, {source['format']})" for source in document["sources"]]
    off = f", {len(document['rules_off'])} switched off ({', '.join(document['rules_off'])})" if document["rules_off"] else ""
    for name, words in (
        ("sources", ", ".join(sources) or "none"),
        ("types", f"{len(document['types'])} that the sources name"),
        ("rules", f"{document['rules']}{off}"),
        ("journeys", ", ".join(document["journeys"]) or "none"),
        ("identifiers", ", ".join(document["identifier_kinds"])),
    ):
        lines.add_row(Text(f"  {name}", style="dim"), Text(words))
    say(lines)
    for name in document["unknown_types"]:
        say(
            Text(
                f"  ! {name} is in no vocabulary: it is kept on the timeline, but no shipped rule hears it; declare it under types:",
                style="yellow",
            )
        )
