"""What the README tells people to type works, and what it names exists."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from schemas.strict import load_yaml
from streams.cli.main import app
from streams.config import shipped
from streams.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
INLINE = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", README, flags=re.MULTILINE | re.DOTALL))
TICKETS = """\
at,action,ticket,customer,mail,team
2026-03-02T09:00:00,new,9,C-17,anna@example.org,desk
2026-03-02T10:00:00,move,9,C-17,anna@example.org,repair
2026-03-03T10:00:00,move,9,C-17,anna@example.org,desk
2026-03-09T10:00:00,new,12,C-18,,desk
"""


def blocks(language: str, begins: str) -> list[str]:
    return [text for found, text in BLOCKS if found == language and text.startswith(begins)]


def words_of(line: str) -> list[str]:
    """The words of a shell line; what stands behind # is for people."""
    words = shlex.split(line, comments=True)
    return words if not words else [words[0].removeprefix(".venv/bin/"), *words[1:]]


LINES = [line for language, text in BLOCKS if language == "console" for line in text.splitlines()]
SPOKEN = {" ".join(words): words for line in (*LINES, *INLINE) if (words := words_of(line)) and words[0] in ("redthread", "make")}
PATHS = sorted({word for word in INLINE if re.fullmatch(r"[\w.-]+(/[\w.-]*)+", word)})
VIEWS_TABLE = README[README.index("### The views") : README.index("### Rules")]
VIEWS = [view for cell in re.findall(r"^\| (`.*?) \|", VIEWS_TABLE, re.MULTILINE) for view in re.findall(r"`(\w+)`", cell)]


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Each command of "Your own data" in turn, in a folder that holds the company file shown there and a table: words -> result."""
    folder = tmp_path_factory.mktemp("readme")
    (company,) = blocks("yaml", "company:")
    (commands,) = blocks("console", "redthread check")
    (folder / "redthread.yaml").write_text(company, encoding="utf-8")
    (folder / "exports").mkdir()
    (folder / "exports" / "tickets-2026.csv").write_text(TICKETS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield {line: CliRunner().invoke(app, words_of(line)[1:]) for line in commands.splitlines()}, folder


def output(told, begins: str) -> str:
    return "".join(result.stdout for line, result in told[0].items() if line.startswith(begins))


@pytest.mark.server
def test_every_command_for_your_own_data_succeeds(told):
    results, _ = told
    assert {line: result.output for line, result in results.items() if result.exit_code != 0} == {}
    assert len(results) == 8


@pytest.mark.server
def test_they_show_what_is_in_the_table(told):
    assert "✓ redthread.yaml: Example, times in Europe/Berlin" in output(told, "redthread check")
    assert re.findall(r"(ticket\.\w+) +(\w+) +(ticket:\w+)", output(told, "redthread timeline")) == [
        ("ticket.opened", "desk", "ticket:9"),
        ("ticket.assigned", "repair", "ticket:9"),
        ("ticket.assigned", "desk", "ticket:9"),
    ]
    assert re.findall(r" open +(\w+) ", output(told, "redthread alerts")) == ["unresolved", "not_picked_up"]
    assert set(re.findall(r"ticket:\d+", output(told, "redthread sql"))) == {"ticket:9", "ticket:12"}


@pytest.mark.server
@pytest.mark.parametrize("view", VIEWS)
def test_a_view_that_is_named_can_be_asked(told, view):
    asked = CliRunner().invoke(app, ["sql", "--data", str(told[1] / ".redthread"), f"SELECT count() >= 0 FROM {view}", "--format", "csv"])
    assert (asked.exit_code, asked.stdout.splitlines()[1:]) == (0, ["1"])


@pytest.mark.parametrize("words", SPOKEN.values(), ids=SPOKEN)
def test_a_command_that_is_named_exists_with_its_options(words):
    name, *rest = words
    if name == "make":
        assert re.search(rf"^{rest[0]}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        return
    command: Any = get_command(app)
    while rest and rest[0] in getattr(command, "commands", ()):
        command = command.commands[rest.pop(0)]
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    assert [word for word in rest if word.startswith("-") and word not in known] == []
    is_complete = not getattr(command, "commands", None) or command.invoke_without_command
    assert is_complete or not rest, f"there is no command {rest[0]}"


@pytest.mark.parametrize("path", PATHS)
def test_a_path_that_is_named_exists(path):
    assert (ROOT / path).exists()


def test_a_setting_that_is_named_exists():
    named = set(re.findall(r"REDTHREAD_(\w+)", README))
    assert named - {field.upper() for field in Settings.model_fields} == set()


def test_the_rule_that_is_shown_is_the_shipped_one():
    (text,) = blocks("yaml", "silence:")
    shown = load_yaml(text, "README.md")["silence"]
    rule = shipped()["rules"]["silence"]
    assert shown == {field: rule[field] for field in shown}
    assert f"\n{len(shipped()['rules'])} rules ship" in README
