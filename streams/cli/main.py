"""The `redthread` command. Exit codes: 0 done, 1 the answer is no (a check failed), 2 wrong use or configuration, 3 a server cannot be reached."""

import logging
import sys
from importlib.metadata import version
from typing import Annotated

import typer
from pydantic import ValidationError

from schemas.strict import InvalidConfiguration
from streams.cli import demo, look, production, rules, run, setup
from streams.cli.output import complain, err

UNREACHABLE = (ConnectionError, TimeoutError)
INTERRUPTED = 130

app = typer.Typer(
    name="redthread",
    help="Merge the events of all departments into one customer timeline, and say where journeys break.",
    epilog="Start with:  redthread demo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (demo, run, look, rules, setup, production):
    module.register(app)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"redthread {version('redthread')}")
        raise typer.Exit


@app.callback()
def options(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Merge the events of all departments into one customer timeline, and say where journeys break."""


def main() -> None:
    """The console script: errors that people can mend are messages, not tracebacks."""
    for client in ("clickhouse_driver", "kafka", "aiokafka"):  # each logs every refused connection; we say it once
        logging.getLogger(client).addHandler(logging.NullHandler())
    try:
        app(standalone_mode=True)
    except InvalidConfiguration as error:
        for problem in error.problems:
            complain(problem)
        sys.exit(2)
    except ValidationError as error:  # of settings; nothing else is validated here
        for wrong in error.errors():
            name = "".join(f"REDTHREAD_{str(part).upper()}: " for part in wrong["loc"][:1])
            complain(name + wrong["msg"].removeprefix("Value error, "))
        sys.exit(2)
    except UNREACHABLE as error:
        complain(f"cannot reach the server: {error}")
        sys.exit(3)
    except SystemExit as end:
        if end.code == INTERRUPTED:  # what typer makes of a KeyboardInterrupt
            err.print("stopped; the same command goes on where this one ended")
        raise
