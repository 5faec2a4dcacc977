"""A service desk whose customers report products, and a rule across customers that is asked every second."""

import time
from pathlib import Path
from typing import Any

from sinks.clickhouse import Address, Reader
from sinks.clickhouse.errors import UNANSWERED

COMPANY = """
company: Example
timezone: UTC
departments: [online, offline, sales, service, marketing, engineering]
across: ACROSS
sources:
  - source: desk
    department: service
    input: {format: csv, files: "tickets*.csv"}
    defaults: {time: at, identifiers: {crm_id: customer}, refs: {ticket: ticket}, attributes: {product: product}}
    events:
      - {type: ticket.opened, when: "action == 'new'"}
      - {type: escalation.answered, department: engineering, when: "action == 'answer'"}
"""
EVERY_SECOND = "{source_silent: off, perception_gap: off, unheard_theme: {every: 1s, parameters: {customers: 3}}}"
HEAD = "at,action,ticket,customer,product\n"
CHANGES = """
SELECT key[1], key[2], toString(change), version, historical FROM alert_changes AS c
ANY LEFT JOIN (SELECT alert_id, key FROM alerts) AS a USING (alert_id) WHERE rule = 'unheard_theme' ORDER BY 2, version
"""
PATIENCE = 60.0  # seconds

Changes = list[tuple[Any, ...]]


def desk_company(across: str) -> str:
    """The company with these rules across customers."""
    return COMPANY.replace("ACROSS", across)


def write_company(folder: Path) -> Path:
    """Its file."""
    path = folder / "redthread.yaml"
    path.write_text(desk_company(EVERY_SECOND), encoding="utf-8")
    return path


def reported(product: str, *, ago: float, action: str = "new", customers: int = 3) -> str:
    """The lines of a file: so many customers, `ago` seconds before now. What ends an alert lies after its opening, or else it had never been right."""
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - ago))
    return HEAD + "".join(f"{at},{action},{product}-{number},C-{number},{product}\n" for number in range(customers))


def changes(address: Address) -> Changes:
    """Everything that the rule has said: product, change, version, history?"""
    with Reader(address) as reader:
        return [row[1:] for row in reader.query(CHANGES).rows]


def until(address: Address, expected: Changes) -> Changes:
    """What the rule has said once it is this, or what it says when nobody waits any longer."""
    limit, found = time.monotonic() + PATIENCE, Changes()
    while found != expected and time.monotonic() < limit:
        time.sleep(0.3)
        try:
            found = changes(address)
        except (ConnectionError, *UNANSWERED):
            continue
    return found
