"""`docker-compose.yml` says only what Compose and our own commands understand, and nothing that is secret.

The schema beside this file is the Compose Specification's own (Apache-2.0), so that no engine is needed.
"""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer
import yaml

from streams.cli.main import app
from streams.settings import Settings

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = sorted(name for name, service in SERVICES.items() if "build" in service)
LONG_RUNNING = sorted(name for name, service in SERVICES.items() if service["restart"] == "unless-stopped")
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")


def test_it_follows_the_compose_specification():
    schema = json.loads(Path(__file__).with_name("compose-spec.json").read_text(encoding="utf-8"))
    assert [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(COMPOSE)] == []


def test_every_part_is_there():
    assert sorted(SERVICES) == ["clickhouse", "kafka", "sink", "topics", "worker"]
    assert OURS == ["sink", "topics", "worker"]
    assert LONG_RUNNING == ["clickhouse", "kafka", "sink", "worker"]


@pytest.mark.parametrize("name", OURS)
def test_every_command_and_option_is_one_of_ours(name: str):
    command: Any = typer.main.get_command(app)
    words = SERVICES[name]["command"]
    while hasattr(command, "commands"):
        command, words = command.commands[words[0]], words[1:]
    assert command.make_context(command.name, list(words), allow_interspersed_args=False).args == []


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_one_of_our_settings(name: str):
    known = {f"REDTHREAD_{field.upper()}" for field in Settings.model_fields}
    assert set(SERVICES[name]["environment"]) <= known


def test_no_secret_stands_in_the_file_or_has_a_default():
    named = [
        (name, value)
        for service in SERVICES.values()
        for name, value in service["environment"].items()
        if re.search("SECRET|PASSWORD", name)
    ]
    assert named
    assert all(name.endswith("_FILE") and value.startswith("/run/secrets/") for name, value in named)
    files = [secret["file"] for secret in COMPOSE["secrets"].values()]
    assert all(re.fullmatch(r"\$\{\w+:\?[^}]+\}", file) for file in files)
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", ())}
    assert used == set(COMPOSE["secrets"])


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_container_has_limits_and_a_root_that_cannot_be_written(name: str):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}
    assert "no-new-privileges:true" in service["security_opt"]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))


@pytest.mark.parametrize("name", LONG_RUNNING)
def test_whatever_runs_for_long_is_asked_how_it_is(name: str):
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"


def test_who_depends_on_whom_is_there_and_waited_for():
    for service in SERVICES.values():
        for other, how in service.get("depends_on", {}).items():
            assert how["condition"] == ("service_healthy" if other in LONG_RUNNING else "service_completed_successfully")


def test_the_image_fits_the_way_it_is_run():
    user = SERVICES["worker"]["user"].partition(":")[0]
    assert f"--uid {user} " in DOCKERFILE
    (volume,) = [volume for volume in SERVICES["worker"]["volumes"] if volume.startswith("worker:")]
    assert f'VOLUME ["{volume.partition(":")[2]}"]' in DOCKERFILE
    assert 'ENTRYPOINT ["redthread"]' in DOCKERFILE
    data = SERVICES["worker"]["command"]
    assert data[data.index("--data") + 1] == volume.partition(":")[2]


def test_the_ports_asked_are_the_ports_served():
    for name, option in (("worker", "--port"), ("sink", "--metrics-port")):
        command = SERVICES[name]["command"]
        assert f":{command[command.index(option) + 1]}/" in SERVICES[name]["healthcheck"]["test"][-1]


def test_named_volumes_are_declared():
    named = {
        volume.partition(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ()) if re.match(r"\w+:", volume)
    }
    assert named == set(COMPOSE["volumes"])
