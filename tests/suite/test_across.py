"""Rules across customers at the end of a run: what stands in the views is asked, and once is enough, however often the run is repeated."""

import json
from pathlib import Path
from typing import Any

import pytest

from sinks.clickhouse import Address, EmbeddedServer, Reader
from streams.bootstrap import embedded, inputs_of
from streams.config import load
from streams.folder import DataFolder
from tests.suite.commands import redthread
from tests.suite.desk_company import HEAD, desk_company

pytestmark = pytest.mark.server

COMPANY = desk_company("{unheard_theme: {parameters: {customers: 3}}}")
REPORTED = """\
2026-03-02T09:00:00Z,new,1,C-1,lamp
2026-03-02T10:00:00Z,new,2,C-2,lamp
2026-03-02T11:00:00Z,new,3,C-3,lamp
2026-03-03T10:00:00Z,new,4,C-4,sofa
"""
ANSWERED = "2026-03-04T09:00:00Z,answer,1,C-1,lamp\n"
STATES = """
SELECT version, toString(change), occurrences, historical, summary, formatDateTime(changed_at, '%d %H:%i', 'UTC')
FROM alert_changes WHERE rule = 'unheard_theme' ORDER BY version
"""
SAID = "3 customers within 14 days report the product lamp; engineering has not answered since 2 March 2026 11:00."
OPENED, RESOLVED = (1, "opened", 3, True, SAID, "03 10:00"), (2, "resolved", 3, True, SAID, "04 09:00")


def test_a_run_asks_at_its_end_and_a_repeated_one_adds_nothing(server: Address, tmp_path: Path):
    company, first, second = (tmp_path / name for name in ("redthread.yaml", "tickets1.csv", "tickets2.csv"))
    company.write_text(COMPANY, encoding="utf-8")
    first.write_text(HEAD + REPORTED, encoding="utf-8")
    second.write_text(HEAD + ANSWERED, encoding="utf-8")

    def after(*paths: Path) -> list[tuple[Any, ...]]:
        loaded = load(company)
        url = f"{server.url.rpartition('/')[0]}/across"
        with embedded(loaded, DataFolder(tmp_path / "data"), url=url) as pipeline:
            pipeline.run(inputs_of(loaded.company, paths)[0], None)
            with Reader(pipeline.address) as reader:
                return list(reader.query(STATES).rows)

    assert [after(first), after(first), after(first, second), after(first, second)] == [
        [OPENED],
        [OPENED],
        [OPENED, RESOLVED],
        [OPENED, RESOLVED],
    ]


NAMING = """
company: Example
timezone: UTC
pack: none
across:
  three_tickets:
    title: Three tickets
    key: who
    query: |
      SELECT customer_id AS who, customer_id, count() AS size, max(occurred_at) AS starts_at FROM timeline
      WHERE type = 'ticket.opened' AND occurred_at <= {now:DateTime64(6, 'UTC')} GROUP BY customer_id HAVING size > 2
    summary: {en: "{size} tickets."}
sources:
  - source: desk
    department: service
    input: {format: csv, files: "tickets*.csv"}
    events: [{type: ticket.opened, time: at, identifiers: {crm_id: customer}}]
"""
SPOKEN = "SELECT toString(change), toString(status), said_by FROM alert_versions FINAL WHERE rule = 'three_tickets' ORDER BY version"


def test_what_is_said_about_an_alert_that_names_a_customer_is_seen_at_once_and_published_when_the_rule_is_asked_next(tmp_path: Path):
    company, data = tmp_path / "redthread.yaml", tmp_path / "data"
    company.write_text(NAMING, encoding="utf-8")
    (tmp_path / "tickets.csv").write_text(
        "at,customer\n" + "".join(f"2026-03-0{day}T09:00:00Z,C-1\n" for day in (1, 2, 3)), encoding="utf-8"
    )

    def done(*words: str | Path) -> str:
        ran = redthread(*words, "--data", data)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def run() -> list[Any]:
        done("run", "--company", company, tmp_path / "tickets.csv")
        return [list(json.loads(line).values()) for line in done("sql", SPOKEN, "--json").splitlines()]

    def seen() -> list[tuple[str, str]]:
        found = [json.loads(line) for line in done("alerts", "--json").splitlines()]
        return [(alert["status"], alert["said_by"]) for alert in found]

    opened, silenced, again = ["opened", "open", ""], ["silenced", "silenced", "kim"], ["acknowledged", "acknowledged", "lee"]
    with EmbeddedServer(data / "clickhouse"):  # one for all commands
        assert run() == [opened]
        (name,) = [json.loads(line)["alert_id"] for line in done("alerts", "--json").splitlines()]
        done("alerts", "silence", name, "--until", "2d", "--by", "kim")
        assert (seen(), run()) == ([("silenced", "kim")], [opened, silenced])
        done("alerts", "acknowledge", name, "--by", "lee")
        assert (run(), seen(), run()) == ([opened, silenced, again], [("acknowledged", "lee")], [opened, silenced, again])
