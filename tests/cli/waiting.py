"""A company whose customers wait for an answer, run once into a folder, and the command to speak to it."""

import json
from collections.abc import Callable
from pathlib import Path

from typer.testing import CliRunner, Result

from streams.cli.main import app

COMPANY = """\
company: Test
pack: none
timezone: Europe/Berlin
sources:
  - source: desk
    department: service
    input: {format: jsonl, files: "*.jsonl"}
    defaults: {time: at, identifiers: {crm_id: crm, email: mail, loyalty: card}, refs: {ticket: ticket}}
    events: [{type: {from: what, map: {asked: contact.inbound, answered: contact.outbound}}}]
rules:
  silence:
    title: Customer asked, nobody answered
    who: service
    per: matter
    expect: {after: contact.inbound, then: contact.outbound, within: 24h}
"""
EVENTS = [
    {"at": "2026-03-02T09:00", "what": "asked", "ticket": "1", "crm": "C-1", "mail": "anna@example.org"},
    {"at": "2026-03-02T10:00", "what": "asked", "ticket": "2", "crm": "C-1"},
    {"at": "2026-03-02T11:00", "what": "asked", "ticket": "3", "card": "77"},
    {"at": "2026-03-02T12:00", "what": "asked", "ticket": "4", "crm": "C-2"},
    {"at": "2026-03-03T12:00", "what": "answered", "ticket": "4", "crm": "C-2"},
    {"at": "2026-03-09T12:00", "what": "answered", "ticket": "5", "crm": "C-2"},
]
Speak = Callable[..., Result]


def made(place: Path) -> Path:
    """The folder of a company whose customers wait for an answer; it is served for as long as the tests need it."""
    (place / "redthread.yaml").write_text(COMPANY, encoding="utf-8")
    (place / "events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in EVENTS), encoding="utf-8")
    ran = CliRunner().invoke(app, ["run", str(place / "events.jsonl"), "-c", str(place / "redthread.yaml"), "-d", str(place / "data")])
    assert ran.exit_code == 0, ran.output
    return place / "data"


def speaker(folder: Path) -> Speak:
    """Runs a command on that folder."""

    def run(*words: str, typed: str | None = None, data: bool = True) -> Result:
        return CliRunner(env={"COLUMNS": "200"}).invoke(app, [*words, *(["--data", str(folder)] if data else [])], input=typed)

    return run
