"""The ClickHouse sink: rows, migrations, and an embedded server."""
