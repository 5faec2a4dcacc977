"""Roll-ups are computed by the server every hour; whoever has just written a lot has them computed at once.

    refresh_rollups(client, "redthread")

The views `handoffs`, `contact_pressure`, `customer_effort` and `perception_gap` read roll-ups; every other view is always up to date.
"""

from clickhouse_driver import Client

ROLLUPS = ("handoffs_daily", "contact_pressure_daily", "journey_channels", "perception_gap_daily")


def refresh_rollups(client: Client, database: str = "redthread") -> None:
    """Have every roll-up computed and wait for it; raises what the server says when one cannot be."""
    for rollup in ROLLUPS:
        client.execute(f"SYSTEM REFRESH VIEW {database}.{rollup}_mv")
        client.execute(f"SYSTEM WAIT VIEW {database}.{rollup}_mv")
