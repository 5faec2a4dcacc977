"""What the sink has written, table by table."""

from clickhouse_driver import Client

TABLES = (
    "timeline_events",
    "arrivals",
    "identity_versions",
    "identity_map",
    "journey_latest",
    "alert_versions",
    "alert_latest",
    "contact_policy_latest",
    "dead_letter_records",
)


def counts(client: Client, final: str = "") -> dict[str, int]:
    """Rows that are really there, before any merge; or, FINAL, those that merges will leave."""
    return {table: client.execute(f"SELECT count() FROM {table} {final}")[0][0] for table in TABLES}
