-- Neither start nor customer is in a sort key: both may be corrected, and a corrected row must replace the old one.
CREATE TABLE {database}.alert_versions{local}{on_cluster}
(
    alert_id     UUID COMMENT 'Derived from rule, key and first event: the same live and replayed',
    rule         LowCardinality(String) COMMENT 'Rule that found it',
    rule_version LowCardinality(String) COMMENT 'Short hash of the rule as it was',
    status       LowCardinality(String) COMMENT 'open, held, acknowledged, silenced, resolved or withdrawn',
    level        LowCardinality(String) COMMENT 'at_risk (warned in time) or broken',
    severity     LowCardinality(String) COMMENT 'critical, high, warning or info',
    customer_id  UUID COMMENT 'Customer; all zeros when unknown',
    matter       String CODEC(ZSTD(1)) COMMENT 'What it is about, such as order:4711; empty for the customer as a whole',
    journey      LowCardinality(String) COMMENT 'Kind of journey that the matter belongs to; empty for none',
    key          Array(String) CODEC(ZSTD(1)) COMMENT 'Values of the fields that the rule is judged by',
    anchor       UUID COMMENT 'Event that the alert is named after',
    responsible  LowCardinality(String) COMMENT 'Department that has to act',
    departments  Array(LowCardinality(String)) COMMENT 'Departments that the evidence comes from, in order of appearance',
    starts_at    DateTime64(6, 'UTC') CODEC(ZSTD(1)) COMMENT 'Since when the rule is broken',
    ends_at      Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)) COMMENT 'Until when; null while it goes on',
    occurrences  UInt32 CODEC(ZSTD(1)) COMMENT 'How many times',
    title        LowCardinality(String) COMMENT 'Title of the rule',
    summary      String CODEC(ZSTD(3)) COMMENT 'One sentence in plain words',
    identifiers  Array(String) CODEC(ZSTD(3)) COMMENT 'Identifiers through which the evidence was joined to one customer',
    evidence     Array(Tuple(event_id UUID, at DateTime64(6, 'UTC'), type String, department String)) CODEC(ZSTD(3)) COMMENT 'Events that it rests on, in order of time',
    change       LowCardinality(String) COMMENT 'opened, updated, held, acknowledged, silenced, resolved or withdrawn',
    cause        LowCardinality(String) COMMENT 'Why it was withdrawn; empty when it was not',
    because      UUID COMMENT 'Event that changed it; all zeros for none',
    successor    UUID COMMENT 'Alert that replaces a superseded one; all zeros for none',
    historical   Bool COMMENT 'Computed in a backfill or replay: never delivered',
    changed_at   DateTime64(6, 'UTC') CODEC(ZSTD(1)) COMMENT 'Time of the tick that changed it',
    version      UInt64 CODEC(ZSTD(1)) COMMENT 'Counts up per alert; highest is the truth',
    written_at   DateTime DEFAULT now() CODEC(ZSTD(1)) COMMENT 'When this row was written'
)
ENGINE = {replacing}()
ORDER BY (alert_id, version)
SETTINGS {window}index_granularity = 1024
COMMENT 'Every change of every alert; read the view alert_changes instead';

{distributed alert_versions by sipHash64(alert_id)};

CREATE TABLE {database}.alert_latest{local}{on_cluster} AS {database}.alert_versions{local}
ENGINE = {replacing}(version)
ORDER BY (rule, alert_id)
SETTINGS {window}index_granularity = 1024
COMMENT 'The newest state of every alert; read the view alerts instead';

{distributed alert_latest by sipHash64(alert_id)};

CREATE MATERIALIZED VIEW {database}.alert_latest_mv{on_cluster} TO {database}.alert_latest AS
SELECT *
FROM {database}.alert_versions{local};

CREATE TABLE {database}.journey_latest{local}{on_cluster}
(
    journey_id  UUID COMMENT 'Derived from kind and opening event',
    kind        LowCardinality(String) COMMENT 'Kind of journey as the company declares it, such as order',
    customer_id UUID COMMENT 'Customer; all zeros when unknown',
    matter      String CODEC(ZSTD(1)) COMMENT 'What it is about, such as order:4711: joins alerts.matter',
    ref         String CODEC(ZSTD(1)) COMMENT 'Ref of this journey; a matter that ties an order to a ticket has a journey of each',
    status      LowCardinality(String) COMMENT 'open, completed, canceled or abandoned',
    opened_at   DateTime64(6, 'UTC') CODEC(ZSTD(1)) COMMENT 'When it began',
    ended_at    Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)) COMMENT 'When it ended; null while open',
    last_at     DateTime64(6, 'UTC') CODEC(ZSTD(1)) COMMENT 'Newest touchpoint',
    departments Array(LowCardinality(String)) COMMENT 'Departments visited in order, consecutive repeats once',
    teams       Array(LowCardinality(String)) COMMENT 'Teams visited in order, consecutive repeats once',
    handoffs    UInt32 CODEC(ZSTD(1)) COMMENT 'Changes of department or, inside one, of team',
    bounces     UInt32 CODEC(ZSTD(1)) COMMENT 'Times it went from A to B and back to A',
    touches_in  UInt32 CODEC(ZSTD(1)) COMMENT 'Contacts from the customer',
    touches_out UInt32 CODEC(ZSTD(1)) COMMENT 'Contacts to the customer',
    repeats     UInt32 CODEC(ZSTD(1)) COMMENT 'Facts that the customer had to tell again',
    promises    UInt32 CODEC(ZSTD(1)) COMMENT 'Promises made',
    reopened    UInt32 CODEC(ZSTD(1)) COMMENT 'How often it was opened again after it had ended',
    turn        LowCardinality(String) COMMENT 'Who has to act now: us, customer, third_party or nobody',
    waits_for   LowCardinality(String) COMMENT 'Whom the time since last_at counts for: a department, customer, third_party; empty when it has ended',
    waiting     Map(LowCardinality(String), Int64) CODEC(ZSTD(1)) COMMENT 'Up to last_at: microseconds that the customer waited for a department; customer: that we waited for them',
    findings    Array(LowCardinality(String)) COMMENT 'Rules broken on this matter, sorted',
    withdrawn   Bool COMMENT 'The journey never was: its opening event belongs to another matter',
    version     UInt64 CODEC(ZSTD(1)) COMMENT 'Highest wins',
    written_at  DateTime DEFAULT now() CODEC(ZSTD(1)) COMMENT 'When this row was written'
)
ENGINE = {replacing}(version)
ORDER BY (kind, journey_id)
SETTINGS {window}index_granularity = 1024
COMMENT 'The newest state of every journey; read the view journeys instead';

{distributed journey_latest by sipHash64(journey_id)};
