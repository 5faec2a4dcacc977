"""check, schema export, doctor, clickhouse: set-up and diagnosis."""

import json
import os
import signal
import subprocess
import sys
from itertools import takewhile
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from streams.cli.diagnosis import Check
from streams.cli.main import app

EXAMPLES = Path(__file__).parents[2] / "deploy" / "examples"
WRONG = """\
company: Test
timezon: Europe/Berlin
sources:
  - source: shop
    department: onlin
    input: {format: csv, files: "*.csv"}
    events: [{type: order.placed, time: at, identifiers: {email: mail}}]
rules:
  silence:
    expect:
      within: 8 hours
"""
MISSPELT = """\
company: Test

rules:
  silence: {calendar: ofice}
  mine:
    title: Mine
    limit: {what: order.placd, at_most: 1}
"""


def redthread(*words):
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, words)


def lines(result):
    return "".join(f"{line.rstrip()}\n" for line in result.stdout.splitlines())


def test_check_says_what_the_company_file_says():
    result = redthread("check", str(EXAMPLES / "minimal"))
    assert (lines(result), result.stderr, result.exit_code) == (
        f"""\
✓ {EXAMPLES}/minimal/redthread.yaml: Kaffeehaus Versand, times in Europe/Berlin
  sources      shop (online, csv), desk (service, jsonl)
  types        7 that the sources name
  rules        33
  journeys     order, ticket, lead, complaint
  identifiers  crm_id, user, loyalty, email, phone, device, cookie, source
""",
        "",
        0,
    )


def test_check_names_types_that_nobody_knows_and_rules_that_are_off(tmp_path):
    text = (EXAMPLES / "minimal" / "redthread.yaml").read_text(encoding="utf-8").replace("ticket.resolved", "ticket.fixed")
    (tmp_path / "redthread.yaml").write_text(text + "rules: {ping_pong: off}\n", encoding="utf-8")
    document = json.loads(redthread("check", str(tmp_path), "--json").stdout)
    assert (document["valid"], document["unknown_types"], document["rules"], document["rules_off"]) == (
        True,
        ["ticket.fixed"],
        32,
        ["ping_pong"],
    )
    assert "! ticket.fixed is in no vocabulary" in redthread("check", str(tmp_path)).stdout


def test_check_names_file_line_and_field_of_every_mistake(tmp_path):
    path = tmp_path / "redthread.yaml"
    path.write_text(WRONG, encoding="utf-8")
    result = redthread("check", str(path))
    assert (result.stdout, [line.removeprefix(f"{path}:") for line in result.stderr.splitlines()], result.exit_code) == (
        "",
        [
            "2: timezon: unknown field; did you mean timezone?",
            "11: rules.silence.expect.within: '8 hours' is not a duration: write 30m, 8h, 3d or 2w",
        ],
        2,
    )


def test_check_names_the_rule_that_does_not_compile(tmp_path):
    path = tmp_path / "redthread.yaml"
    path.write_text(MISSPELT, encoding="utf-8")
    document = json.loads(redthread("check", str(path), "--json").stdout)
    assert (document["valid"], [problem.removeprefix(f"{path}:") for problem in document["problems"]]) == (
        False,
        [
            "4: rules.silence.calendar: there is no calendar 'ofice'; did you mean office?",
            "7: rules.mine.limit.what: nobody reports 'order.placd'; did you mean order.placed?",
        ],
    )


def test_schemas_are_written_one_to_a_file(tmp_path):
    result = redthread("schema", "export", "--to", str(tmp_path / "schemas"))
    assert (result.stdout, result.exit_code) == ("", 0)
    names = sorted(path.stem for path in (tmp_path / "schemas").iterdir())
    assert names == sorted(
        [
            "alert",
            "company",
            "contact-policy",
            "dead-letter",
            "event",
            "fixture",
            "identity",
            "journey",
            "rule",
            "source",
            "timeline",
            "touchpoint",
        ]
    )
    for path in (tmp_path / "schemas").iterdir():
        Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))


def test_one_schema_is_printed_as_it_is():
    assert json.loads(redthread("schema", "export", "rule").stdout)["$id"] == "redthread:rule"


def test_a_schema_that_there_is_not_gets_the_nearest_name():
    result = redthread("schema", "export", "alrt")
    assert result.exit_code == 2
    assert "did you mean alert?" in result.stderr


@pytest.mark.server
def test_doctor_looks_at_what_came_in(data, tmp_path):
    (tmp_path / "my_orders.csv").write_text("", encoding="utf-8")
    (tmp_path / "strange.bin").write_text("", encoding="utf-8")
    result = redthread("doctor", str(tmp_path), "--data", str(data), "--json")
    checks = {check["name"]: Check(**check) for check in json.loads(result.stdout)}
    assert result.exit_code == 0
    assert [(name, check.level) for name, check in checks.items()] == [
        ("python", "ok"),
        ("packages", "ok"),
        ("clickhouse", "ok"),
        ("company", "ok"),
        ("data folder", "ok"),
        ("secret", "ok"),
        ("files", "warn"),
        ("tables", "ok"),
        ("types", "warn"),
        ("sources", "warn"),
        ("dead letters", "warn"),
        ("accounting", "ok"),
    ]
    assert [checks[name].message for name in ("files", "tables", "types", "sources", "dead letters", "accounting")] == [
        f"no source reads {tmp_path}/strange.bin",
        "7 touchpoints of 2 customers, 3 alerts",
        "ticket.assinged (1 touchpoints) is in no vocabulary; did you mean ticket.assigned?",
        "never reported: till",
        "2 of 9 records (22.22%): bad_time 1, no_identifier 1",
        "7 touchpoints = 7 rows + 0 duplicates",
    ]
    assert "a key for tests" not in result.output


def test_doctor_fails_where_nothing_can_run(tmp_path):
    result = redthread("doctor", "--company", str(tmp_path), "--data", str(tmp_path / "none"))
    assert result.exit_code == 1
    assert [line.rstrip() for line in result.stdout.splitlines() if line.startswith(("✗", "!"))] == [
        f"✗  company      {tmp_path}/redthread.yaml:1: there is no such file; start from deploy/examples/minimal/redthread.yaml",
        f"!  data folder  {tmp_path}/none holds no Redthread data",
        "!  secret       none yet: the first run makes one",
    ]
    assert not (tmp_path / "none").exists()


@pytest.mark.server
def test_doctor_says_that_a_server_is_away(tmp_path):
    result = redthread(
        "doctor", "--company", str(EXAMPLES / "minimal"), "--data", str(tmp_path), "--clickhouse", "clickhouse://127.0.0.1:1/redthread"
    )
    assert result.exit_code == 1
    assert "✗  tables       ClickHouse cannot be reached: " in result.stdout


def test_a_folder_that_holds_nothing_is_wrong_use(tmp_path):
    result = redthread("alerts", "--data", str(tmp_path))
    assert str(result.exception) == (
        f"{tmp_path}: holds no Redthread data; run `redthread demo` or `redthread run` first, or name the folder with --data"
    )


@pytest.mark.parametrize(("url", "code"), [("http://localhost", 2), ("clickhouse://user:hidden@127.0.0.1:1/redthread", 3)])
def test_a_server_that_is_none_and_one_that_is_away(tmp_path, url, code):
    command = [sys.executable, "-c", "from streams.cli.main import main; main()", "sql", "SELECT 1", "--clickhouse", url]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (ended.returncode, ended.stdout, "Traceback" in ended.stderr, "hidden" in ended.stderr) == (code, "", False, False)


@pytest.mark.server
def test_clickhouse_serves_the_folder_to_others_until_it_is_stopped(tmp_path):
    company = tmp_path / "redthread.yaml"
    company.write_text("company: Test\n", encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "redthread.json").write_text(json.dumps({"company": str(company)}), encoding="utf-8")
    command = [sys.executable, "-c", "from streams.cli.main import main; main()", "clickhouse", "--data", str(tmp_path / "data"), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        document = json.loads("".join(takewhile("}\n".__ne__, server.stdout)) + "}")
        asked = redthread("sql", "SELECT 7 AS n", "--format", "csv", "--clickhouse", document["url"].rpartition("/")[0] + "/default")
        os.kill(server.pid, signal.SIGTERM)
        _, said = server.communicate(timeout=60)
    assert (asked.stdout, said.splitlines(), server.returncode) == ("n\n7\n", ["Ctrl-C stops it", "stopping"], 0)
