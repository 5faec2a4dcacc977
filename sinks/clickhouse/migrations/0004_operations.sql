-- One row per input record and reason; the time is the record's own, so a replay lands on the same row.
CREATE TABLE {database}.dead_letter_records{on_cluster}
(
    topic       LowCardinality(String) COMMENT 'Topic or file of the input record',
    partition   UInt32 CODEC(ZSTD(1)) COMMENT 'Partition of the input record',
    offset      UInt64 CODEC(ZSTD(1)) COMMENT 'Offset or record number of the input record',
    source      LowCardinality(String) COMMENT 'Source that the record belongs to; empty when none matched',
    reason      LowCardinality(String) COMMENT 'One reason of a closed list',
    field       String CODEC(ZSTD(1)) COMMENT 'Field that is at fault; empty when it is the whole record',
    message     String CODEC(ZSTD(3)) COMMENT 'Record, field and reason in one sentence',
    payload     String CODEC(ZSTD(3)) COMMENT 'The original bytes',
    attempts    UInt32 CODEC(ZSTD(1)) COMMENT 'How often it has been tried; highest wins',
    received_at DateTime64(6, 'UTC') CODEC(ZSTD(1)) COMMENT 'When the record was recorded',
    written_at  DateTime DEFAULT now() CODEC(ZSTD(1)) COMMENT 'When this row was written'
)
ENGINE = {replacing_everywhere}(attempts)
ORDER BY (topic, partition, offset, source, reason, field, message)
SETTINGS {window}index_granularity = 1024
COMMENT 'Input that cannot be used; read the view dead_letters instead';

CREATE TABLE {database}.ingest_batches{on_cluster}
(
    token        String COMMENT 'Names the batch; the same token again is the same batch',
    timeline     UInt64 COMMENT 'Timeline rows in the batch, duplicates included',
    identity     UInt64 COMMENT 'Identity changes in the batch',
    journeys     UInt64 COMMENT 'Journey versions in the batch',
    alerts       UInt64 COMMENT 'Alert changes in the batch',
    dead_letters UInt64 COMMENT 'Dead letters in the batch, those made by the sink included',
    written_at   DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When the batch was complete'
)
ENGINE = {replacing_everywhere}(written_at)
ORDER BY token
SETTINGS {window}index_granularity = 1024
COMMENT 'What the sink wrote, batch by batch';
