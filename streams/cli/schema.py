"""`redthread schema export`: JSON Schemas for editors and consumers."""

import json as text
from pathlib import Path
from typing import Annotated

import typer

from schemas.export import schemas
from schemas.nearest import nearest
from streams.cli.options import examples
from streams.cli.output import err, print_json

EPILOG = examples(
    "redthread schema export --to schemas/",
    "redthread schema export company > redthread.schema.json",
    "# first line of redthread.yaml, for editors:  # yaml-language-server: $schema=schemas/company.json",
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    schema = typer.Typer(help="JSON Schemas of what people write and of what is published.", no_args_is_help=True)
    schema.callback()(lambda: None)
    schema.command("export", epilog=EPILOG)(export)
    app.add_typer(schema, name="schema")


def export(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME…]", help="Only these; left out: all.", show_default=False)] = None,
    to: Annotated[Path | None, typer.Option("--to", metavar="DIR", help="Write a file for each; left out: print them.")] = None,
) -> None:
    """JSON Schemas: what people write (company, source, rule, fixture, event) and the messages that are published."""
    known = schemas()
    for name in names or ():
        if name not in known:
            raise typer.BadParameter(f"{name!r} is none of {', '.join(known)}{nearest(name, known)}", param_hint="NAME")
    wanted = {name: document for name, document in known.items() if not names or name in names}
    if to is None:
        print_json(next(iter(wanted.values())) if len(wanted) == 1 else wanted)
        return
    to.mkdir(parents=True, exist_ok=True)
    for name, document in wanted.items():
        (to / f"{name}.json").write_text(text.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    err.print(f"{len(wanted)} schemas written to {to}")
