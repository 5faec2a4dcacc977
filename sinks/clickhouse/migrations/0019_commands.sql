-- What people said about alerts and about who is who.
ALTER TABLE {database}.alert_versions{local}{on_cluster}
ADD COLUMN IF NOT EXISTS said UUID COMMENT 'Command that made it acknowledged or silenced; all zeros for none',
ADD COLUMN IF NOT EXISTS said_by LowCardinality(String) COMMENT 'Who said so',
ADD COLUMN IF NOT EXISTS said_until Nullable(DateTime64(6, 'UTC')) COMMENT 'Until when it is silenced; null when it is not';

ALTER TABLE {database}.alert_versions{on_cluster}
ADD COLUMN IF NOT EXISTS said UUID COMMENT 'Command that made it acknowledged or silenced; all zeros for none',
ADD COLUMN IF NOT EXISTS said_by LowCardinality(String) COMMENT 'Who said so',
ADD COLUMN IF NOT EXISTS said_until Nullable(DateTime64(6, 'UTC')) COMMENT 'Until when it is silenced; null when it is not';

ALTER TABLE {database}.alert_latest{local}{on_cluster}
ADD COLUMN IF NOT EXISTS said UUID COMMENT 'Command that made it acknowledged or silenced; all zeros for none',
ADD COLUMN IF NOT EXISTS said_by LowCardinality(String) COMMENT 'Who said so',
ADD COLUMN IF NOT EXISTS said_until Nullable(DateTime64(6, 'UTC')) COMMENT 'Until when it is silenced; null when it is not';

ALTER TABLE {database}.alert_latest{on_cluster}
ADD COLUMN IF NOT EXISTS said UUID COMMENT 'Command that made it acknowledged or silenced; all zeros for none',
ADD COLUMN IF NOT EXISTS said_by LowCardinality(String) COMMENT 'Who said so',
ADD COLUMN IF NOT EXISTS said_until Nullable(DateTime64(6, 'UTC')) COMMENT 'Until when it is silenced; null when it is not';

ALTER TABLE {database}.alert_latest_mv{on_cluster} MODIFY QUERY
SELECT *
FROM {database}.alert_versions{local};

-- What was said about an alert of a customer is in the alert. What concerns no single customer (a rule for everybody, an alert without a
-- customer) is said to the source of the commands itself, which is `source:commands`, and is laid over the alerts as they are read: by the
-- wall, because it is about people who listen now and not about what happened.
CREATE OR REPLACE VIEW {database}.alerts{on_cluster}
(
    alert_id     UUID COMMENT 'Names the alert for ever: the same live and replayed',
    rule         LowCardinality(String) COMMENT 'Rule that found it',
    title        LowCardinality(String) COMMENT 'Title of the rule',
    status       LowCardinality(String) COMMENT 'open, held, acknowledged, silenced (also by a silence of its rule for everybody), resolved or withdrawn (should never have been raised)',
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
    version      UInt64 COMMENT 'Version of this state',
    said         UUID COMMENT 'Command that made it acknowledged or silenced, an event of the timeline; all zeros for none',
    said_by      LowCardinality(String) COMMENT 'Who said so',
    said_until   Nullable(DateTime64(6, 'UTC')) COMMENT 'Until when it is silenced; null when it is not'
)
AS
WITH
(
    SELECT CAST((groupArray(about), groupArray(word)), 'Map(String, Tuple(UUID, String, String, Nullable(DateTime64(6, \'UTC\'))))')
    FROM
    (
        SELECT
            about,
            argMaxIf((occurred_at, due_at, agent, event_id), (occurred_at, seq, event_id), type = 'alert.silenced') AS quiet,
            argMaxIf((occurred_at, agent, event_id), (occurred_at, seq, event_id), type = 'alert.acknowledged') AS taken,
            countIf(type = 'alert.acknowledged') > 0 AS is_taken,
            ifNull(quiet.2 > greatest(quiet.1, now64(6, 'UTC')), false) AND NOT (is_taken AND taken.1 > quiet.1) AS is_quiet,
            (is_quiet ? quiet.4 : taken.3, is_quiet ? 'silenced' : 'acknowledged', toString(is_quiet ? quiet.3 : taken.2), is_quiet ? quiet.2 : NULL) AS word
        FROM {database}.timeline_events
        ARRAY JOIN if(notEmpty(refs['alert']), refs['alert'], [attributes['rule']]) AS about
        WHERE anchor_id = toUUID('af73aa33-8213-58a3-95fc-3c72e4071d33') AND type IN ('alert.silenced', 'alert.acknowledged')
        GROUP BY about
        HAVING is_quiet OR is_taken
    )
) AS words,
words[mapContains(words, toString(alert_id)) ? toString(alert_id) : toString(rule)] AS word,
status IN ('open', 'held') AND word.2 != '' AS is_told
SELECT
    alert_id, rule, title, is_told ? word.2 : toString(alert_latest.status) AS status, level, severity, customer_id, matter, journey, responsible, departments,
    starts_at, ends_at, occurrences, summary, evidence, identifiers, key, anchor, cause, because, successor, historical, rule_version,
    changed_at, version, is_told ? word.1 : alert_latest.said AS said, is_told ? word.3 : toString(alert_latest.said_by) AS said_by,
    is_told ? word.4 : alert_latest.said_until AS said_until
FROM {database}.alert_latest FINAL
COMMENT 'Every alert as it stands now; withdrawn ones included, filter by status';

-- Who said what, when, about whom: the audit.
CREATE VIEW {database}.commands{on_cluster}
(
    said_at     DateTime64(6, 'UTC') COMMENT 'When it was said',
    what        LowCardinality(String) COMMENT 'acknowledged or silenced (an alert); linked, unlinked or distinct (identifiers)',
    said_by     LowCardinality(String) COMMENT 'Who said so; empty when a source did not tell',
    customer_id UUID COMMENT 'Customer as known now',
    everybody   Bool COMMENT 'Concerns no single customer: a rule for everybody, or an alert without a customer',
    alerts      Array(UUID) COMMENT 'Alerts that it names; joins alerts.alert_id',
    rule        String COMMENT 'Rule that it is about; empty for every rule',
    matter      String COMMENT 'Matter that it is about, such as order:4711; empty for none',
    identifiers Array(String) COMMENT 'Identifiers that it is about or, of a command about alerts, through which the customer was named',
    said_until  Nullable(DateTime64(6, 'UTC')) COMMENT 'silenced: until when; not after said_at: a silence was taken back',
    useful      Nullable(Bool) COMMENT 'acknowledged: was the alert of use? null: not said',
    note        String COMMENT 'Why, in the words of who said it',
    source      LowCardinality(String) COMMENT 'commands, or the source that reported it',
    event_id    UUID COMMENT 'Names the command for ever; joins timeline, alerts.said and alert_changes.because'
)
AS SELECT
    occurred_at AS said_at, splitByChar('.', toString(type))[2] AS what, agent AS said_by, customer_id,
    CAST(has(timeline.identifiers, 'source:commands') AS Bool) AS everybody,
    arrayMap(id -> toUUIDOrZero(id), refs['alert']) AS alerts,
    attributes['rule'] AS rule,
    arrayStringConcat(arrayFlatten(arrayMap((kind, ids) -> kind = 'alert' ? [] : arrayMap(id -> concat(kind, ':', id), ids), mapKeys(refs), mapValues(refs))), ', ') AS matter,
    attributes['other'] = '' ? timeline.identifiers : arrayPushBack(timeline.identifiers, attributes['other']) AS identifiers,
    due_at AS said_until,
    CAST(nullIf(attributes['useful'], '') = 'true' AS Nullable(Bool)) AS useful,
    attributes['note'] AS note, source, event_id
FROM {database}.timeline
WHERE type IN ('alert.acknowledged', 'alert.silenced', 'identity.linked', 'identity.unlinked', 'identity.distinct')
COMMENT 'What people said about alerts and about who is who: when, who, what, why';
