-- What rules read must come back as it was: the columns of attributes hold text alone, so the types of what was no text stand beside them.
ALTER TABLE {database}.timeline_events{local}{on_cluster}
ADD COLUMN IF NOT EXISTS attribute_types Map(LowCardinality(String), LowCardinality(String)) CODEC(ZSTD(3)) COMMENT 'Attributes that are no text: int, float, bool or null';

ALTER TABLE {database}.timeline_events{on_cluster}
ADD COLUMN IF NOT EXISTS attribute_types Map(LowCardinality(String), LowCardinality(String)) COMMENT 'Attributes that are no text: int, float, bool or null';

CREATE VIEW {database}.history{on_cluster}
(
    customer_id     UUID COMMENT 'Customer as known now; all zeros: unattributed, every identifier on it is shared by too many',
    event_id        UUID COMMENT 'Names the event for ever',
    type            LowCardinality(String) COMMENT 'What happened, a word of the vocabulary such as ticket.assigned',
    occurred_at     DateTime64(6, 'UTC') COMMENT 'When it occurred',
    source          LowCardinality(String) COMMENT 'System that reported it',
    department      LowCardinality(String) COMMENT 'Department whose system reported it',
    identifiers     Array(String) COMMENT 'Identifiers on the event as kind:value, strongest first; personal kinds as keyed hashes',
    refs            Map(LowCardinality(String), Array(String)) COMMENT 'What it is about: kind to ids, such as order to [4711]',
    channel         LowCardinality(String) COMMENT 'Channel such as phone, mail, store; empty when unknown',
    direction       LowCardinality(String) COMMENT 'inbound (from the customer), outbound (to the customer), internal, or empty',
    team            LowCardinality(String) COMMENT 'Team that acted',
    agent           LowCardinality(String) COMMENT 'Person that acted, as the source names them',
    facts           Array(LowCardinality(String)) COMMENT 'What the customer had to tell us',
    due_at          Nullable(DateTime64(6, 'UTC')) COMMENT 'What was promised: the instant by which something is due',
    attributes      Map(LowCardinality(String), String) COMMENT 'Everything else; a number or truth value as its JSON text, null as the empty string',
    attribute_types Map(LowCardinality(String), LowCardinality(String)) COMMENT 'Attributes that are no text: int, float, bool or null; empty in rows that are older than this column',
    seq             Int64 COMMENT 'Order that the source vouches for inside one instant'
)
AS SELECT
    dictGetOrDefault('{database}.identity_overrides', 'customer_id', e.attributed_id, e.customer_id) AS customer_id,
    e.event_id AS event_id, e.type AS type, e.occurred_at AS occurred_at, e.source AS source, e.department AS department,
    e.identifiers AS identifiers, e.refs AS refs, e.channel AS channel, e.direction AS direction, e.team AS team, e.agent AS agent,
    e.facts AS facts, e.due_at AS due_at, e.attributes AS attributes, e.attribute_types AS attribute_types, e.seq AS seq
FROM {database}.timeline_events AS e FINAL
WHERE dictGetOrDefault('{database}.event_conflicts', 'row_key', e.event_id, cityHash64(e.anchor_id, e.occurred_at)) = cityHash64(e.anchor_id, e.occurred_at)
SETTINGS do_not_merge_across_partitions_select_final = 1
COMMENT 'The timeline as rules read it: one row per event, under the customer as known now, attributes with their types';
