"""Rules across customers at the end of a run: what stands in the views is asked, and once is enough, however often the run is repeated."""

from pathlib import Path
from typing import Any

import pytest

from sinks.clickhouse import Address, Reader
from streams.bootstrap import embedded, inputs_of
from streams.config import load
from streams.folder import DataFolder

pytestmark = pytest.mark.server

COMPANY = """
company: Example
timezone: UTC
departments: [online, offline, sales, service, marketing, engineering]
across:
  unheard_theme: {parameters: {customers: 3}}
sources:
  - source: desk
    department: service
    input: {format: csv, files: "tickets*.csv"}
    defaults: {time: at, identifiers: {crm_id: customer}, refs: {ticket: ticket}, attributes: {product: product}}
    events:
      - {type: ticket.opened, when: "action == 'new'"}
      - {type: escalation.answered, department: engineering, when: "action == 'answer'"}
"""
HEAD = "at,action,ticket,customer,product\n"
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
