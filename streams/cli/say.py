"""What people say on its way: a data folder hears it at once; else it is sent to the topic that the workers read."""

from collections.abc import Sequence
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from schemas.command import Command
from schemas.envelope import HEADERS
from streams.bootstrap import embedded, write_down
from streams.cli.kafka import security_of, settings_of, topics_of
from streams.cli.opened import Opened
from streams.cli.output import complain, err, instant, print_json
from streams.core.calendar import US
from streams.engine.edges import sender
from streams.engine.store import FolderBusy
from streams.folder import DataFolder

By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who says so; left out: the user of this machine.")]
Note = Annotated[str, typer.Option("--note", metavar="TEXT", help="Why, in your own words.")]
To = Annotated[
    str | None,
    typer.Option(
        "--kafka", metavar="HOST:PORT", help="Send it to the workers there; left out: the data folder, without one REDTHREAD_KAFKA."
    ),
]


class Place(NamedTuple):
    """Where commands are heard."""

    data: Path
    clickhouse: str | None
    kafka: str | None

    def say(self, look: Opened, commands: Sequence[Command], *, json: bool) -> None:
        """Say it, and tell the user what was said; ends the command (exit code 1) when it was not understood."""
        folder = DataFolder(self.data)
        if self.kafka is None and folder.exists:
            where = str(self.data)
            self._to_folder(look, folder, commands)
        else:
            where = self._to_topic(commands)
        if json:
            print_json({"to": where, "said": [document(command) for command in commands]})
        else:
            words = "1 command" if len(commands) == 1 else f"{len(commands)} commands"
            err.print(f"{words} to {where}, by {commands[0].by}", markup=False)

    def _to_folder(self, look: Opened, folder: DataFolder, commands: Sequence[Command]) -> None:
        try:
            with embedded(look.loaded, folder, url=self.clickhouse) as pipeline:
                refused = pipeline.backfill.progress.dead_letters
                refused = pipeline.say(commands).dead_letters - refused
        except FolderBusy:
            write_down(folder.commands, commands)
            err.print(f"another redthread is at work on {self.data}: it hears this while it follows, else the next run does", markup=False)
            return
        if refused:
            complain(f"{refused} not understood; see redthread dead-letters list")
            raise typer.Exit(1)

    def _to_topic(self, commands: Sequence[Command]) -> str:
        settings = settings_of(self.kafka)
        topic = topics_of(settings).commands
        with sender(settings.kafka, security_of(settings)) as send:
            for command in commands:
                send(topic, key=command.id.encode(), value=command.event(), headers=list(HEADERS))
        return topic


def document(command: Command) -> dict[str, Any]:
    """A command for programs."""
    return {
        "event_id": command.event_id,
        "type": command.type,
        "by": command.by,
        "at": instant(command.at),
        "until": None if command.until is None else instant(command.until),
        "identifiers": list(command.known),
        "refs": [f"{kind}:{ref}" for kind, ref in command.refs],
        **dict(command.attributes),
    }


def microseconds(at: datetime) -> int:
    """The instant as commands carry it."""
    return int(at.timestamp()) * US + at.microsecond


def now() -> datetime:
    """When a command is said."""
    return datetime.now(UTC)


def speaker(by: str | None) -> str:
    """Who says it; ends the command (exit code 2) when nobody does."""
    if by is None:
        try:
            by = getuser()
        except (OSError, KeyError):  # KeyError before Python 3.13
            by = ""
    if not by.strip():
        raise typer.BadParameter("say who you are", param_hint="--by")
    return by.strip()


def noted(note: str) -> tuple[tuple[str, str], ...]:
    """The attribute that keeps a note; none for an empty one."""
    return (("note", note.strip()),) if note.strip() else ()
