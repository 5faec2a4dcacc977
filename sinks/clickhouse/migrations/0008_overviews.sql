CREATE VIEW {database}.customers{on_cluster}
(
    customer_id      UUID COMMENT 'Customer',
    identifiers      UInt64 COMMENT 'How many identifiers belong to it',
    identifier_kinds Array(String) COMMENT 'Their kinds, sorted',
    first_seen       Nullable(DateTime64(6, 'UTC')) COMMENT 'First touchpoint; null while none is known',
    last_seen        Nullable(DateTime64(6, 'UTC')) COMMENT 'Newest touchpoint; null while none is known',
    touchpoints      UInt64 COMMENT 'How many touchpoints',
    departments      Array(String) COMMENT 'Departments that it met, sorted',
    open_alerts      UInt64 COMMENT 'Alerts that are open, held, acknowledged or silenced',
    alerts           UInt64 COMMENT 'Alerts that were not withdrawn',
    open_rules       Array(String) COMMENT 'Rules of its open alerts, sorted'
)
AS SELECT
    customer_id,
    uniqExactIf(identifier_id, part = 1) AS identifiers,
    arraySort(groupUniqArrayIf(word, part = 1)) AS identifier_kinds,
    minIf(at, part = 2) AS first_seen,
    maxIf(at, part = 2) AS last_seen,
    countIf(part = 2) AS touchpoints,
    arraySort(groupUniqArrayIf(word, part = 2)) AS departments,
    countIf(part = 4) AS open_alerts,
    countIf(part IN (3, 4)) AS alerts,
    arraySort(groupUniqArrayIf(word, part = 4)) AS open_rules
FROM
(
    SELECT customer_id, 1 AS part, toString(kind) AS word, identifier_id, CAST(NULL AS Nullable(DateTime64(6, 'UTC'))) AS at
    FROM {database}.identifiers
    UNION ALL
    SELECT customer_id, 2, toString(department), attributed_id, occurred_at
    FROM {database}.timeline
    UNION ALL
    SELECT customer_id, status = 'resolved' ? 3 : 4, toString(rule), alert_id, NULL
    FROM {database}.alerts
    WHERE status != 'withdrawn'
)
WHERE customer_id != toUUID('00000000-0000-0000-0000-000000000000')
GROUP BY customer_id
COMMENT 'Every customer with what is known of it';

CREATE VIEW {database}.dead_letters{on_cluster}
(
    topic       LowCardinality(String) COMMENT 'Topic or file of the input record',
    partition   UInt32 COMMENT 'Partition of the input record',
    offset      UInt64 COMMENT 'Offset or record number of the input record',
    source      LowCardinality(String) COMMENT 'Source that the record belongs to; empty when none matched',
    reason      LowCardinality(String) COMMENT 'One reason of a closed list',
    field       String COMMENT 'Field that is at fault; empty when it is the whole record',
    message     String COMMENT 'Record, field and reason in one sentence',
    payload     String COMMENT 'The original bytes',
    attempts    UInt32 COMMENT 'How often it has been tried',
    received_at DateTime64(6, 'UTC') COMMENT 'When the record was recorded',
    written_at  DateTime COMMENT 'When this row was written'
)
AS SELECT topic, partition, offset, source, reason, field, message, payload, attempts, received_at, written_at
FROM {database}.dead_letter_records FINAL
COMMENT 'Input that cannot be used, with its original bytes';

CREATE VIEW {database}.sources{on_cluster}
(
    source           LowCardinality(String) COMMENT 'System that reports events',
    departments      Array(String) COMMENT 'Departments that it reports for, sorted',
    events           UInt64 COMMENT 'Events on the timeline',
    types            UInt64 COMMENT 'Different types of event',
    customers        UInt64 COMMENT 'Customers that it knows',
    first_at         Nullable(DateTime64(6, 'UTC')) COMMENT 'First event',
    last_at          Nullable(DateTime64(6, 'UTC')) COMMENT 'Newest event',
    last_recorded_at Nullable(DateTime64(6, 'UTC')) COMMENT 'When the newest record was recorded',
    late_seconds_p50 Nullable(Float64) COMMENT 'Median time from occurring to being recorded',
    late_seconds_p99 Nullable(Float64) COMMENT 'The same for the latest hundredth',
    dead_letters     UInt64 COMMENT 'Records that could not be used'
)
AS SELECT
    source,
    arraySort(groupUniqArrayIf(department, NOT dead)) AS departments,
    countIf(NOT dead) AS events,
    uniqExactIf(type, NOT dead) AS types,
    uniqExactIf(customer_id, NOT dead) AS customers,
    minOrNullIf(at, NOT dead) AS first_at,
    maxOrNullIf(at, NOT dead) AS last_at,
    maxOrNullIf(recorded_at, NOT dead) AS last_recorded_at,
    quantileOrNullIf(0.5)((toUnixTimestamp64Micro(recorded_at) - toUnixTimestamp64Micro(at)) / 1000000, NOT dead) AS late_seconds_p50,
    quantileOrNullIf(0.99)((toUnixTimestamp64Micro(recorded_at) - toUnixTimestamp64Micro(at)) / 1000000, NOT dead) AS late_seconds_p99,
    countIf(dead) AS dead_letters
FROM
(
    SELECT source, false AS dead, toString(department) AS department, toString(type) AS type, customer_id, occurred_at AS at, recorded_at
    FROM {database}.timeline
    UNION ALL
    SELECT source, true, '', '', toUUID('00000000-0000-0000-0000-000000000000'), received_at, received_at
    FROM {database}.dead_letters
)
GROUP BY source
COMMENT 'What every source has reported, and how late';

CREATE VIEW {database}.accounting{on_cluster}
(
    records       UInt64 COMMENT 'Input records that left a trace, dead letters included',
    touchpoints   UInt64 COMMENT 'Touchpoints that arrived; a record may bring several',
    timeline_rows UInt64 COMMENT 'Rows of the view timeline',
    duplicates    UInt64 COMMENT 'Arrivals of an event after its first',
    conflicting   UInt64 COMMENT 'Those among them whose event arrived with different contents',
    dead_letters  UInt64 COMMENT 'Dead letters',
    balanced      Bool COMMENT 'touchpoints = timeline_rows + duplicates: nothing was lost and nothing counted twice'
)
AS SELECT
    (
        SELECT uniqExact(topic, partition, offset)
        FROM
        (
            SELECT topic, partition, offset FROM {database}.arrivals
            UNION ALL
            SELECT topic, partition, offset FROM {database}.dead_letter_records
        )
    ) AS records,
    (SELECT count() FROM (SELECT 1 FROM {database}.arrivals GROUP BY event_id, topic, partition, offset)) AS touchpoints,
    (SELECT count() FROM {database}.timeline) AS timeline_rows,
    (SELECT count() FROM {database}.duplicates) AS duplicates,
    (SELECT countIf(conflicting) FROM {database}.duplicates) AS conflicting,
    (SELECT count() FROM {database}.dead_letters) AS dead_letters,
    touchpoints = timeline_rows + duplicates AS balanced
SETTINGS optimize_aggregation_in_order = 1 -- the keys are the order of arrivals, so nothing is kept in memory
COMMENT 'What came in and where it went';
