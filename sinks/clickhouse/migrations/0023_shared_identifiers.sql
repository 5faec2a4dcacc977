-- Somebody may also say that an identifier is shared by too many to identify anybody.
CREATE OR REPLACE VIEW {database}.commands{on_cluster}
(
    said_at     DateTime64(6, 'UTC') COMMENT 'When it was said',
    what        LowCardinality(String) COMMENT 'acknowledged or silenced (an alert); linked, unlinked, distinct or shared (identifiers)',
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
WHERE type IN ('alert.acknowledged', 'alert.silenced', 'identity.linked', 'identity.unlinked', 'identity.distinct', 'identity.shared')
COMMENT 'What people said about alerts and about who is who: when, who, what, why';
