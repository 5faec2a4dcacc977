import re
from dataclasses import replace

import pytest
from clickhouse_driver import Client

from sinks.clickhouse import Address, MigrationError, Target, migrate
from sinks.clickhouse.schema import migrations, statements

pytestmark = pytest.mark.server

CONTRACT = {
    "accounting",
    "alert_changes",
    "alerts",
    "commands",
    "commitments",
    "contact_policy",
    "contact_pressure",
    "customer_effort",
    "customer_timeline",
    "customers",
    "dead_letters",
    "duplicates",
    "handoffs",
    "history",
    "identifiers",
    "identity_changes",
    "journeys",
    "lead_follow_up",
    "ownership",
    "perception_gap",
    "promises",
    "rule_quality",
    "sources",
    "timeline",
}


def test_a_second_migration_applies_nothing(client: Client, address: Address):
    assert migrate(client, address.database) == ()
    logged = client.execute("SELECT number, name, checksum FROM schema_migrations ORDER BY number")
    assert logged == [(migration.number, migration.name, migration.checksum) for migration in migrations()]


def test_numbers_count_up_without_a_gap():
    assert [migration.number for migration in migrations()] == list(range(1, len(migrations()) + 1))


def test_a_file_that_changed_after_it_was_applied_is_named(client: Client, address: Address):
    client.execute("INSERT INTO schema_migrations (number, name, checksum) VALUES", [(1, "0001_timeline.sql", "0" * 64)])
    with pytest.raises(MigrationError, match=r"0001_timeline\.sql was changed after it was applied .*applied 000000000000"):
        migrate(client, address.database)


def test_an_interrupted_migration_goes_on_where_it_stopped(client: Client, address: Address):
    client.execute("ALTER TABLE schema_migrations DELETE WHERE number > 1 SETTINGS mutations_sync = 2")
    client.execute("DROP VIEW alerts")
    assert migrate(client, address.database) == tuple(migration.name for migration in migrations()[1:])
    assert client.execute("SELECT count() FROM alerts") == [(0,)]


def test_the_views_are_there(client: Client, address: Address):
    assert {
        name for (name,) in client.execute("SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'View'")
    } == CONTRACT


def test_every_column_that_somebody_reads_is_commented(client: Client):
    bare = client.execute(
        """SELECT table, name FROM system.columns WHERE database = currentDatabase() AND comment = ''
        AND table NOT IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine IN ('MaterializedView', 'Dictionary'))"""
    )
    assert bare == []


def test_every_table_and_view_is_commented(client: Client):
    assert (
        client.execute(
            "SELECT name FROM system.tables WHERE database = currentDatabase() AND comment = '' AND engine != 'MaterializedView'"
        )
        == []
    )


def test_views_give_the_types_that_they_declare(client: Client):
    declared: dict[str, list[tuple[str, str]]] = {}
    for view, name, type_ in client.execute(
        "SELECT table, name, type FROM system.columns WHERE database = currentDatabase() ORDER BY table, position"
    ):
        declared.setdefault(view, []).append((name, type_))
    views = CONTRACT - {"customer_timeline"}
    given = {view: client.execute(f"SELECT * FROM {view} LIMIT 0", with_column_types=True)[1] for view in views}
    assert given == {view: declared[view] for view in views}


def test_a_year_may_be_a_partition(clickhouse: Address, client: Client, address: Address):
    database = f"{address.database}_year"
    try:
        migrate(client, target=Target(database=database, partition="year"))
        key = client.execute(
            "SELECT partition_key FROM system.tables WHERE database = %(database)s AND name = 'timeline_events'", {"database": database}
        )
        assert key == [("toYear(occurred_at)",)]
    finally:
        client.execute(f"DROP DATABASE IF EXISTS {database} SYNC")


@pytest.mark.parametrize("name", ["", "a-b", "a.b", "x; DROP DATABASE y", "1a"])
def test_a_database_that_could_be_more_than_a_name_is_refused(name: str):
    with pytest.raises(MigrationError, match="cannot name a database"):
        Target(database=name or " ")


def test_a_cluster_gets_replicated_tables_under_distributed_ones():
    rendered = [sql for migration in migrations() for sql in statements(migration.text, Target(database="db", cluster="main"))]
    created = [
        found.groups()
        for sql in rendered
        if (found := re.match(r"CREATE TABLE db\.(\w+) ON CLUSTER 'main'.*?ENGINE = (\w+)\(", sql, re.DOTALL))
    ]
    assert created == [
        ("timeline_events_local", "ReplicatedReplacingMergeTree"),
        ("timeline_events", "Distributed"),
        ("arrivals_local", "ReplicatedReplacingMergeTree"),
        ("arrivals", "Distributed"),
        ("reattributed", "ReplicatedReplacingMergeTree"),
        ("identity_versions", "ReplicatedReplacingMergeTree"),
        ("identity_map", "ReplicatedReplacingMergeTree"),
        ("identity_members", "ReplicatedReplacingMergeTree"),
        ("alert_versions_local", "ReplicatedReplacingMergeTree"),
        ("alert_versions", "Distributed"),
        ("alert_latest_local", "ReplicatedReplacingMergeTree"),
        ("alert_latest", "Distributed"),
        ("journey_latest_local", "ReplicatedReplacingMergeTree"),
        ("journey_latest", "Distributed"),
        ("dead_letter_records", "ReplicatedReplacingMergeTree"),
        ("ingest_batches", "ReplicatedReplacingMergeTree"),
        ("handoffs_daily", "ReplicatedReplacingMergeTree"),
        ("contact_pressure_daily", "ReplicatedReplacingMergeTree"),
        ("journey_channels", "ReplicatedReplacingMergeTree"),
        ("perception_gap_daily", "ReplicatedReplacingMergeTree"),
        ("contact_policy_latest_local", "ReplicatedReplacingMergeTree"),
        ("contact_policy_latest", "Distributed"),
        ("commitment_events_local", "ReplicatedReplacingMergeTree"),
        ("commitment_events", "Distributed"),
    ]
    assert all("ON CLUSTER 'main'" in sql for sql in rendered if not sql.startswith("INSERT"))
    assert not [sql for sql in rendered if "non_replicated_deduplication_window" in sql]
    assert "'/clickhouse/tables/{shard}/db/{table}', '{replica}', version)" in rendered[0]
    assert "Distributed('main', 'db', 'timeline_events_local', sipHash64(anchor_id))" in rendered[1]


def test_no_placeholder_is_left_over():
    for target in (Target(), Target(cluster="main"), Target(user="writer", password="it's")):
        text = "\n".join(sql for migration in migrations() for sql in statements(migration.text, target))
        assert set(re.findall(r"\{[^}]*\}", text)) <= {
            "{shard}",
            "{replica}",
            "{table}",
            "{shard}-{replica}",
            "{customer:UUID}",
            "{since:DateTime64(6, 'UTC')}",
        }


def test_dictionaries_log_in_where_the_server_wants_it(client: Client, address: Address):
    target = Target(database=address.database, user="default", password="")
    (sql,) = [sql for sql in statements(migrations()[1].text, target) if sql.startswith("CREATE DICTIONARY")]
    client.execute(sql.replace("CREATE DICTIONARY", "CREATE OR REPLACE DICTIONARY"))
    client.execute(f"SYSTEM RELOAD DICTIONARY {address.database}.identity_overrides")
    assert "USER 'default'" in sql
    assert replace(target, user="").words["{dictionary_login}"] == ""
