"""What answers questions about a process answers this machine only, unless somebody says otherwise."""

from typing import Any

import pytest
import typer

from streams.cli.main import app


@pytest.mark.parametrize(("name", "option"), [("worker", "host"), ("sink", "metrics_host")])
def test_health_and_metrics_listen_on_localhost(name: str, option: str):
    group: Any = typer.main.get_command(app)
    (found,) = [parameter for parameter in group.commands[name].params if parameter.name == option]
    assert found.default == "127.0.0.1"
