CREATE VIEW {database}.alerts{on_cluster}
(
    alert_id     UUID COMMENT 'Names the alert for ever: the same live and replayed',
    rule         LowCardinality(String) COMMENT 'Rule that found it',
    title        LowCardinality(String) COMMENT 'Title of the rule',
    status       LowCardinality(String) COMMENT 'open, held, acknowledged, silenced, resolved or withdrawn (should never have been raised)',
    level        LowCardinality(String) COMMENT 'at_risk (warned in time) or broken',
    severity     LowCardinality(String) COMMENT 'critical, high, warning or info',
    customer_id  UUID COMMENT 'Customer; all zeros when unknown',
    matter       String COMMENT 'What it is about, such as order:4711; empty for the customer as a whole',
    journey      LowCardinality(String) COMMENT 'Kind of journey that the matter belongs to; empty for none',
    responsible  LowCardinality(String) COMMENT 'Department that has to act',
    departments  Array(LowCardinality(String)) COMMENT 'Departments that the evidence comes from, in order of appearance',
    starts_at    DateTime64(6, 'UTC') COMMENT 'Since when the rule is broken',
    ends_at      Nullable(DateTime64(6, 'UTC')) COMMENT 'Until when; null while it goes on',
    occurrences  UInt32 COMMENT 'How many times',
    summary      String COMMENT 'One sentence in plain words',
    evidence     Array(Tuple(event_id UUID, at DateTime64(6, 'UTC'), type String, department String)) COMMENT 'Events that it rests on; event_id joins timeline',
    identifiers  Array(String) COMMENT 'Identifiers through which the evidence was joined to one customer',
    key          Array(String) COMMENT 'Values of the fields that the rule is judged by',
    anchor       UUID COMMENT 'Event that the alert is named after',
    cause        LowCardinality(String) COMMENT 'Why it was withdrawn; empty when it was not',
    because      UUID COMMENT 'Event that changed it last; all zeros for none',
    successor    UUID COMMENT 'Alert that replaces a superseded one; all zeros for none',
    historical   Bool COMMENT 'Computed in a backfill or replay: never delivered',
    rule_version LowCardinality(String) COMMENT 'Short hash of the rule as it was',
    changed_at   DateTime64(6, 'UTC') COMMENT 'Time of the tick that changed it last',
    version      UInt64 COMMENT 'Version of this state'
)
AS SELECT
    alert_id, rule, title, status, level, severity, customer_id, matter, journey, responsible, departments, starts_at, ends_at, occurrences,
    summary, evidence, identifiers, key, anchor, cause, because, successor, historical, rule_version, changed_at, version
FROM {database}.alert_latest FINAL
COMMENT 'Every alert as it stands now; withdrawn ones included, filter by status';

CREATE VIEW {database}.alert_changes{on_cluster}
(
    alert_id    UUID COMMENT 'Alert; joins alerts',
    version     UInt64 COMMENT 'Counts up per alert',
    change      LowCardinality(String) COMMENT 'opened, updated, held, acknowledged, silenced, resolved or withdrawn',
    changed_at  DateTime64(6, 'UTC') COMMENT 'Time of the tick that changed it',
    rule        LowCardinality(String) COMMENT 'Rule that found it',
    status      LowCardinality(String) COMMENT 'Status after the change',
    level       LowCardinality(String) COMMENT 'Level after the change',
    severity    LowCardinality(String) COMMENT 'Severity after the change',
    customer_id UUID COMMENT 'Customer after the change; all zeros when unknown',
    matter      String COMMENT 'What it is about, such as order:4711',
    starts_at   DateTime64(6, 'UTC') COMMENT 'Since when the rule is broken, as known then',
    ends_at     Nullable(DateTime64(6, 'UTC')) COMMENT 'Until when, as known then; null while it goes on',
    occurrences UInt32 COMMENT 'How many times, as known then',
    summary     String COMMENT 'The sentence after the change',
    cause       LowCardinality(String) COMMENT 'Why it was withdrawn; empty when it was not',
    because     UUID COMMENT 'Event that changed it; all zeros for none',
    successor   UUID COMMENT 'Alert that replaces a superseded one; all zeros for none',
    historical  Bool COMMENT 'Computed in a backfill or replay: never delivered',
    written_at  DateTime COMMENT 'When the change was written'
)
AS SELECT
    alert_id, version, change, changed_at, rule, status, level, severity, customer_id, matter, starts_at, ends_at, occurrences, summary,
    cause, because, successor, historical, written_at
FROM {database}.alert_versions FINAL
COMMENT 'The history of every alert';

CREATE VIEW {database}.journeys{on_cluster}
(
    journey_id      UUID COMMENT 'Names the journey for ever',
    kind            LowCardinality(String) COMMENT 'Kind of journey as the company declares it, such as order',
    customer_id     UUID COMMENT 'Customer; all zeros when unknown',
    matter          String COMMENT 'What it is about, such as order:4711: joins alerts.matter',
    ref             String COMMENT 'Ref of this journey; a matter that ties an order to a ticket has a journey of each',
    status          LowCardinality(String) COMMENT 'open, completed, canceled or abandoned',
    opened_at       DateTime64(6, 'UTC') COMMENT 'When it began',
    ended_at        Nullable(DateTime64(6, 'UTC')) COMMENT 'When it ended; null while open',
    last_at         DateTime64(6, 'UTC') COMMENT 'Newest touchpoint',
    departments     Array(LowCardinality(String)) COMMENT 'Departments visited in order, consecutive repeats once',
    teams           Array(LowCardinality(String)) COMMENT 'Teams visited in order, consecutive repeats once',
    handoffs        UInt32 COMMENT 'Changes of department or, inside one, of team',
    bounces         UInt32 COMMENT 'Times it went from A to B and back to A',
    touches_in      UInt32 COMMENT 'Contacts from the customer',
    touches_out     UInt32 COMMENT 'Contacts to the customer',
    repeats         UInt32 COMMENT 'Facts that the customer had to tell again',
    promises        UInt32 COMMENT 'Promises made',
    reopened        UInt32 COMMENT 'How often it was opened again after it had ended',
    turn            LowCardinality(String) COMMENT 'Who has to act now: us, customer, third_party or nobody',
    waits_for       LowCardinality(String) COMMENT 'Whom the time since last_at counts for: a department, customer, third_party; empty when it has ended',
    waiting_seconds Map(LowCardinality(String), Float64) COMMENT 'Up to last_at: how long the customer waited for a department; customer: how long we waited for them',
    findings        Array(LowCardinality(String)) COMMENT 'Rules broken on this matter, sorted',
    version         UInt64 COMMENT 'Version of this state',
    written_at      DateTime COMMENT 'When this state was written'
)
AS SELECT
    journey_id, kind, customer_id, matter, ref, status, opened_at, ended_at, last_at, departments, teams, handoffs, bounces, touches_in,
    touches_out, repeats, promises, reopened, turn, waits_for, mapApply((k, v) -> (k, v / 1000000), waiting) AS waiting_seconds, findings, version, written_at
FROM {database}.journey_latest FINAL
WHERE NOT withdrawn
COMMENT 'Every journey as it stands now';
