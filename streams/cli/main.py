"""The `redthread` command. Exit codes: 0 done, 1 the answer is no (a check failed), 2 wrong use or configuration, 3 a server cannot be reached."""

import logging
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from typer.core import TyperGroup
from typer.main import get_group

from schemas.strict import InvalidConfiguration
from streams.cli.output import complain, err

UNREACHABLE = (ConnectionError, TimeoutError)
INTERRUPTED = 130
MODULES = (  # in the order of --help
    ("demo", "run"),
    ("timeline", "alerts", "journeys", "contact", "identity", "sql", "dead_letters"),  # they look
    ("rules", "check", "schema", "doctor", "clickhouse"),
    ("topics", "worker", "ingest", "tail", "sink", "watch", "canary"),  # on Kafka
)
COMMANDS = {module.replace("_", "-"): module for some in MODULES for module in some}


class Commands(Mapping[str, Any]):
    """By name. A command is imported when it is asked for: each needs little of what all of them need together, which takes a second."""

    def __getitem__(self, name: str) -> Any:
        return _command(name)

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


@cache
def _command(name: str) -> Any:
    alone = typer.Typer(rich_markup_mode=app.rich_markup_mode)
    alone.callback()(lambda: None)
    import_module(f"streams.cli.{COMMANDS[name]}").register(alone)
    return get_group(alone).commands[name]


class Group(TyperGroup):
    """All commands."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands: Any = Commands()


app = typer.Typer(
    name="redthread",
    cls=Group,
    help="Merge the events of all departments into one customer timeline, and say where journeys break.",
    epilog="Start with:  redthread demo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


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
