"""When the newest touchpoint of a customer occurred: "now" of tables that nobody writes to any more.

What people say to Redthread, and synthetic customers, are of today whatever the data are, so they do not count.
"""

from datetime import datetime

from schemas.command import COMMANDS
from schemas.touchpoint import CANARY
from sinks.clickhouse import Reader

NEWEST = f"SELECT maxOrNull(occurred_at) FROM timeline_events WHERE source != '{COMMANDS}' AND NOT mapContains(attributes, '{CANARY}')"


def newest_touchpoint(reader: Reader) -> datetime | None:
    """None where there is none yet."""
    at: datetime | None
    [(at,)] = reader.query(NEWEST).rows  # read to its end: the connection has one answer at a time
    return at
