-- The rows of the timeline. The anchor sorts and shards: it is on the event itself and never changes, so a repeated event lands on its own
-- row whatever is known of the customer by then. Readers use the view `timeline`.
CREATE TABLE {database}.timeline_events{local}{on_cluster}
(
    anchor_id       UUID COMMENT 'Id of the strongest identifier on the event itself; immutable: sorts and shards',
    attributed_id   UUID COMMENT 'Id of the identifier that stands for the customer; all zeros when none is left',
    occurred_at     DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)) COMMENT 'When it occurred',
    event_id        UUID CODEC(NONE) COMMENT 'Derived from source and source_event_id: names the event for ever',
    customer_id     UUID CODEC(ZSTD(1)) COMMENT 'Customer as known when the row was written; the view timeline has the current one',
    department      LowCardinality(String) COMMENT 'Department whose system reported it',
    type            LowCardinality(String) COMMENT 'What happened, a word of the vocabulary such as ticket.assigned',
    channel         LowCardinality(String) COMMENT 'Channel such as phone, mail, store; empty when unknown',
    direction       LowCardinality(String) COMMENT 'inbound (from the customer), outbound (to the customer), internal, or empty',
    team            LowCardinality(String) COMMENT 'Team that acted',
    agent           LowCardinality(String) COMMENT 'Person that acted, as the source names them',
    source          LowCardinality(String) COMMENT 'System that reported it',
    source_event_id String CODEC(ZSTD(3)) COMMENT 'Id of the event in its source',
    seq             Int64 CODEC(Delta(8), ZSTD(1)) COMMENT 'Order that the source vouches for inside one instant',
    due_at          Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)) COMMENT 'What was promised: the instant by which something is due',
    recorded_at     DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)) COMMENT 'When the source or the broker recorded it',
    identifiers     Array(String) CODEC(ZSTD(3)) COMMENT 'Identifiers on the event as kind:value, strongest first; personal kinds as keyed hashes',
    refs            Map(LowCardinality(String), Array(String)) CODEC(ZSTD(3)) COMMENT 'What it is about: kind to ids, such as order to [4711]',
    facts           Array(LowCardinality(String)) COMMENT 'What the customer had to tell us',
    attributes      Map(LowCardinality(String), String) CODEC(ZSTD(3)) COMMENT 'Everything else; a number or truth value as its JSON text, null as the empty string',
    digest          UInt64 CODEC(NONE) COMMENT 'Hash of the content: tells a duplicate from a conflicting duplicate',
    skip            UInt16 CODEC(ZSTD(1)) COMMENT 'How many shared identifiers were passed over to attribute it',
    topic           LowCardinality(String) COMMENT 'Topic or file of the input record',
    partition       UInt32 CODEC(ZSTD(1)) COMMENT 'Partition of the input record',
    offset          UInt64 CODEC(Delta(8), ZSTD(1)) COMMENT 'Offset or record number of the input record',
    version         UInt64 CODEC(ZSTD(1)) COMMENT 'Highest wins among rows of one event; made of content alone, never of arrival',
    written_at      DateTime DEFAULT now() CODEC(Delta(4), ZSTD(1)) COMMENT 'When this row was written',
    INDEX ix_event_id event_id TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = {replacing}(version)
PARTITION BY {partition}(occurred_at)
PRIMARY KEY (anchor_id, occurred_at)
ORDER BY (anchor_id, occurred_at, event_id)
SETTINGS {window}index_granularity = 1024, min_age_to_force_merge_seconds = 600, min_age_to_force_merge_on_partition_only = 1
COMMENT 'One row per event and version; read the view timeline instead';

{distributed timeline_events by sipHash64(anchor_id)};

-- Duplicates vanish from timeline_events when it merges, so every arrival is kept here: one row per event and input record.
CREATE TABLE {database}.arrivals{local}{on_cluster}
(
    event_id  UUID CODEC(ZSTD(1)) COMMENT 'Event',
    topic     LowCardinality(String) COMMENT 'Topic or file of the input record',
    partition UInt32 CODEC(ZSTD(1)) COMMENT 'Partition of the input record',
    offset    UInt64 CODEC(ZSTD(1)) COMMENT 'Offset or record number of the input record',
    digest    UInt64 CODEC(ZSTD(1)) COMMENT 'Hash of the content that arrived',
    row_key   UInt64 CODEC(ZSTD(1)) COMMENT 'Hash of anchor and time: two of them for one event mean two rows in timeline_events'
)
ENGINE = {replacing}()
ORDER BY (event_id, topic, partition, offset, digest)
SETTINGS {window}index_granularity = 8192
COMMENT 'Every arrival of every event; see the views duplicates and accounting';

{distributed arrivals by sipHash64(event_id)};

CREATE MATERIALIZED VIEW {database}.arrivals_mv{on_cluster} TO {database}.arrivals AS
SELECT event_id, topic, partition, offset, digest, cityHash64(anchor_id, occurred_at) AS row_key
FROM {database}.timeline_events{local};

-- Few: events whose anchor is shared by too many. Point look-ups need them to find such rows by customer.
CREATE TABLE {database}.reattributed{on_cluster}
(
    attributed_id UUID COMMENT 'Identifier that stands for the customer',
    anchor_id     UUID COMMENT 'Anchor under which the row is sorted'
)
ENGINE = {replacing_everywhere}()
ORDER BY (attributed_id, anchor_id)
SETTINGS {window}index_granularity = 1024
COMMENT 'Anchors under which events attributed to another identifier are found';

CREATE MATERIALIZED VIEW {database}.reattributed_mv{on_cluster} TO {database}.reattributed AS
SELECT DISTINCT attributed_id, anchor_id
FROM {database}.timeline_events{local}
WHERE attributed_id != anchor_id;

-- Few: events that arrived with another anchor or time as well, which the merge of timeline_events cannot bring together.
CREATE DICTIONARY {database}.event_conflicts{on_cluster}
(
    event_id UUID,
    row_key UInt64
)
PRIMARY KEY event_id
SOURCE(CLICKHOUSE({dictionary_login}QUERY '
    SELECT event_id, argMax(cityHash64(anchor_id, occurred_at), (version, digest, occurred_at, anchor_id)) AS row_key
    FROM {database}.timeline_events
    WHERE event_id IN (SELECT event_id FROM {database}.arrivals GROUP BY event_id HAVING min(row_key) != max(row_key))
    GROUP BY event_id
    SETTINGS optimize_aggregation_in_order = 1'))
LAYOUT(COMPLEX_KEY_HASHED())
LIFETIME(MIN 240 MAX 360)
COMMENT 'Of events that arrived under several keys, the hash of the key that stays';
