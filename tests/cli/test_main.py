"""One command among the others: found by its name, with nothing imported that only the others need."""

import sys
from subprocess import run

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from streams.cli.main import COMMANDS, app

CLIENTS = {"kafka", "aiokafka", "faust", "clickhouse_driver"}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_where_its_name_says(name):
    command = get_command(app).commands[name]  # type: ignore[attr-defined]

    assert command.name == name
    assert CliRunner().invoke(app, [name, "--help"]).exit_code == 0


@pytest.mark.parametrize(
    ("words", "needed"),
    [(["--version"], set()), (["schema", "--help"], set()), (["tail", "--help"], {"kafka"}), (["sql", "--help"], {"clickhouse_driver"})],
)
def test_only_what_the_command_needs_is_imported(words, needed):
    script = "import sys; from typer.testing import CliRunner; from streams.cli.main import app; CliRunner().invoke(app, sys.argv[1:]); print(*sys.modules)"

    imported = run([sys.executable, "-c", script, *words], check=True, capture_output=True, text=True).stdout.split()

    assert set(imported) & CLIENTS == needed


def test_a_name_that_is_nearly_right_is_named():
    said = CliRunner().invoke(app, ["alert"])

    assert said.exit_code == 2
    assert "Did you mean 'alerts'?" in said.output
