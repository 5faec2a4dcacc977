"""A company of one source and no rules, for tests that are about the way and not about what travels on it."""

from pathlib import Path

COMPANY = """
company: Acme
pack: none
sources:
  - source: shop
    department: online
    input: {topic: TOPIC, format: jsonl, files: "*.jsonl"}
    events: [{type: order.placed, time: at, identifiers: {crm_id: customer}}]
"""


def write_company(folder: Path, topic: str) -> Path:
    """Its file; the source reads that topic."""
    path = folder / "redthread.yaml"
    path.write_text(COMPANY.replace("TOPIC", topic), encoding="utf-8")
    return path
