"""Rules tried on a history before they go live: on the timeline in ClickHouse, or on files."""
