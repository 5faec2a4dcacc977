"""Rules across customers at work: their queries asked of ClickHouse, on a schedule, and their fixtures told."""
