-- Words about alerts are few and stand all over the timeline, so to read them meant to read most of it. Rows that are older than this column
-- are read as before, until the server merges them.
ALTER TABLE {database}.timeline_events{local}{on_cluster}
ADD COLUMN IF NOT EXISTS called_useful Array(Tuple(alert_id UUID, useful LowCardinality(String), occurred_at DateTime64(6, 'UTC'), seq Int64, version UInt64))
MATERIALIZED type = 'alert.acknowledged' AND attributes['useful'] != ''
    ? arrayMap(alert -> (toUUIDOrZero(alert), attributes['useful'], occurred_at, seq, version), refs['alert'])
    : []
COMMENT 'What people said of the use of alerts: alert (joins alerts.alert_id), true or false, and when; empty in every other event';

ALTER TABLE {database}.timeline_events{on_cluster}
ADD COLUMN IF NOT EXISTS called_useful Array(Tuple(alert_id UUID, useful LowCardinality(String), occurred_at DateTime64(6, 'UTC'), seq Int64, version UInt64))
MATERIALIZED type = 'alert.acknowledged' AND attributes['useful'] != ''
    ? arrayMap(alert -> (toUUIDOrZero(alert), attributes['useful'], occurred_at, seq, version), refs['alert'])
    : []
COMMENT 'What people said of the use of alerts: alert (joins alerts.alert_id), true or false, and when; empty in every other event';

CREATE OR REPLACE VIEW {database}.rule_quality{on_cluster}
(
    day                     Date COMMENT 'Day since when the rule is broken, UTC',
    rule                    LowCardinality(String) COMMENT 'Rule',
    severity                LowCardinality(String) COMMENT 'critical, high, warning or info',
    historical              Bool COMMENT 'Computed in a backfill or replay: never delivered',
    opened                  UInt64 COMMENT 'Alerts raised, withdrawn ones included',
    going_on                UInt64 COMMENT 'Alerts that are open, held, acknowledged or silenced',
    resolved                UInt64 COMMENT 'Alerts whose finding has ended',
    silenced                UInt64 COMMENT 'Alerts that somebody has silenced',
    withdrawn               UInt64 COMMENT 'Alerts that should never have been raised, whatever the cause',
    withdrawn_late_event    UInt64 COMMENT 'Withdrawn because an event came late',
    withdrawn_superseded    UInt64 COMMENT 'Withdrawn because another alert replaces it',
    withdrawn_identity      UInt64 COMMENT 'Withdrawn because customers were merged or split',
    withdrawn_correction    UInt64 COMMENT 'Withdrawn because an event was corrected',
    withdrawn_rule_change   UInt64 COMMENT 'Withdrawn because the rule was changed or switched off',
    withdrawn_erasure       UInt64 COMMENT 'Withdrawn because the customer was erased',
    acknowledged            UInt64 COMMENT 'Alerts that somebody has acknowledged',
    useful                  UInt64 COMMENT 'Those called useful',
    useless                 UInt64 COMMENT 'Those called not useful'
)
AS SELECT
    toDate(starts_at) AS day, rule, severity, historical,
    count() AS opened,
    countIf(status IN ('open', 'held', 'acknowledged', 'silenced')) AS going_on,
    countIf(status = 'resolved') AS resolved,
    countIf(s.silenced) AS silenced,
    countIf(status = 'withdrawn') AS withdrawn,
    countIf(cause = 'late_event') AS withdrawn_late_event,
    countIf(cause = 'superseded') AS withdrawn_superseded,
    countIf(cause IN ('identity_merge', 'identity_split')) AS withdrawn_identity,
    countIf(cause = 'correction') AS withdrawn_correction,
    countIf(cause = 'rule_change') AS withdrawn_rule_change,
    countIf(cause = 'erasure') AS withdrawn_erasure,
    countIf(s.acknowledged OR w.useful != '') AS acknowledged,
    countIf(w.useful = 'true') AS useful,
    countIf(w.useful = 'false') AS useless
FROM
(
    SELECT alert_id, rule, severity, historical, starts_at, status, status = 'withdrawn' ? toString(cause) : '' AS cause
    FROM {database}.alerts
) AS a
{global}ANY LEFT JOIN
(
    SELECT alert_id, countIf(status = 'acknowledged') > 0 AS acknowledged, countIf(status = 'silenced') > 0 AS silenced
    FROM {database}.alert_versions
    WHERE status IN ('acknowledged', 'silenced')
    GROUP BY alert_id
) AS s ON s.alert_id = a.alert_id
{global}ANY LEFT JOIN
(
    -- Without FINAL, which would read every row of the timeline: a word that arrived twice is the same word.
    SELECT said.alert_id AS alert_id, argMax(said.useful, (said.occurred_at, said.seq, said.version)) AS useful
    FROM (SELECT arrayJoin(called_useful) AS said FROM {database}.timeline_events PREWHERE notEmpty(called_useful))
    GROUP BY alert_id
) AS w ON w.alert_id = a.alert_id
GROUP BY day, rule, severity, historical
COMMENT 'What became of the alerts of every rule by day: withdrawn by cause, acknowledged as useful or not';
