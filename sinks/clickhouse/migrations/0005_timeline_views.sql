-- The contract with BI. A row is shown under the customer that its identifier belongs to now; an event that arrived under several keys
-- is shown once.
CREATE VIEW {database}.timeline{on_cluster}
(
    customer_id     UUID COMMENT 'Customer as known now; all zeros: unattributed, every identifier on it is shared by too many',
    occurred_at     DateTime64(6, 'UTC') COMMENT 'When it occurred',
    department      LowCardinality(String) COMMENT 'Department whose system reported it',
    type            LowCardinality(String) COMMENT 'What happened, a word of the vocabulary such as ticket.assigned',
    channel         LowCardinality(String) COMMENT 'Channel such as phone, mail, store; empty when unknown',
    direction       LowCardinality(String) COMMENT 'inbound (from the customer), outbound (to the customer), internal, or empty',
    team            LowCardinality(String) COMMENT 'Team that acted',
    agent           LowCardinality(String) COMMENT 'Person that acted, as the source names them',
    refs            Map(LowCardinality(String), Array(String)) COMMENT 'What it is about: kind to ids, such as order to [4711]',
    facts           Array(LowCardinality(String)) COMMENT 'What the customer had to tell us',
    due_at          Nullable(DateTime64(6, 'UTC')) COMMENT 'What was promised: the instant by which something is due',
    attributes      Map(LowCardinality(String), String) COMMENT 'Everything else; a number or truth value as its JSON text, null as the empty string',
    source          LowCardinality(String) COMMENT 'System that reported it',
    source_event_id String COMMENT 'Id of the event in its source',
    event_id        UUID COMMENT 'Names the event for ever; alerts and journeys refer to it',
    seq             Int64 COMMENT 'Order that the source vouches for inside one instant',
    recorded_at     DateTime64(6, 'UTC') COMMENT 'When the source or the broker recorded it',
    identifiers     Array(String) COMMENT 'Identifiers on the event as kind:value, strongest first; personal kinds as keyed hashes',
    attributed_id   UUID COMMENT 'Id of the identifier that stands for the customer; joins identifiers',
    customer_id_written UUID COMMENT 'Customer as known when the row was written',
    digest          UInt64 COMMENT 'Hash of the content',
    topic           LowCardinality(String) COMMENT 'Topic or file of the input record',
    partition       UInt32 COMMENT 'Partition of the input record',
    offset          UInt64 COMMENT 'Offset or record number of the input record',
    written_at      DateTime COMMENT 'When this row was written'
)
AS SELECT
    dictGetOrDefault('{database}.identity_overrides', 'customer_id', e.attributed_id, e.customer_id) AS customer_id,
    e.occurred_at AS occurred_at, e.department AS department, e.type AS type, e.channel AS channel, e.direction AS direction,
    e.team AS team, e.agent AS agent, e.refs AS refs, e.facts AS facts, e.due_at AS due_at, e.attributes AS attributes,
    e.source AS source, e.source_event_id AS source_event_id, e.event_id AS event_id, e.seq AS seq, e.recorded_at AS recorded_at,
    e.identifiers AS identifiers, e.attributed_id AS attributed_id, e.customer_id AS customer_id_written, e.digest AS digest,
    e.topic AS topic, e.partition AS partition, e.offset AS offset, e.written_at AS written_at
FROM {database}.timeline_events AS e FINAL
WHERE dictGetOrDefault('{database}.event_conflicts', 'row_key', e.event_id, cityHash64(e.anchor_id, e.occurred_at)) = cityHash64(e.anchor_id, e.occurred_at)
SETTINGS do_not_merge_across_partitions_select_final = 1
COMMENT 'One row per event, under the customer as known now';

-- customer_timeline(customer = '...', since = '...'): one customer in milliseconds, whatever the size of the timeline. LIMIT BY instead of
-- FINAL, because FINAL costs two to seven times as much where few granules are read.
CREATE VIEW {database}.customer_timeline{on_cluster}
AS SELECT *
FROM
(
    SELECT
        dictGetOrDefault('{database}.identity_overrides', 'customer_id', e.attributed_id, e.customer_id) AS customer_id,
        e.occurred_at AS occurred_at, e.department AS department, e.type AS type, e.channel AS channel, e.direction AS direction,
        e.team AS team, e.agent AS agent, e.refs AS refs, e.facts AS facts, e.due_at AS due_at, e.attributes AS attributes,
        e.source AS source, e.source_event_id AS source_event_id, e.event_id AS event_id, e.seq AS seq, e.recorded_at AS recorded_at,
        e.identifiers AS identifiers, e.attributed_id AS attributed_id, e.version AS version
    FROM {database}.timeline_events AS e
    WHERE e.anchor_id {global}IN
        (
            SELECT identifier_id FROM {database}.identity_members WHERE customer_id = {customer:UUID}
            UNION ALL
            SELECT anchor_id FROM {database}.reattributed
            WHERE attributed_id IN (SELECT identifier_id FROM {database}.identity_members WHERE customer_id = {customer:UUID})
        )
        AND e.occurred_at >= {since:DateTime64(6, 'UTC')}
        AND dictGetOrDefault('{database}.event_conflicts', 'row_key', e.event_id, cityHash64(e.anchor_id, e.occurred_at)) = cityHash64(e.anchor_id, e.occurred_at)
    ORDER BY e.version DESC
    LIMIT 1 BY e.event_id
)
WHERE customer_id = {customer:UUID}
ORDER BY occurred_at, seq, event_id
COMMENT 'The thread of one customer: customer_timeline(customer = id, since = instant)';

CREATE VIEW {database}.duplicates{on_cluster}
(
    event_id        UUID COMMENT 'Event that arrived before',
    topic           LowCardinality(String) COMMENT 'Topic or file of the further arrival',
    partition       UInt32 COMMENT 'Partition of the further arrival',
    offset          UInt64 COMMENT 'Offset or record number of the further arrival',
    first_topic     LowCardinality(String) COMMENT 'Topic or file of the arrival that counts as the first',
    first_partition UInt32 COMMENT 'Partition of that arrival',
    first_offset    UInt64 COMMENT 'Offset or record number of that arrival',
    conflicting     Bool COMMENT 'The arrivals of this event differ in content: its source used one id for two events'
)
AS SELECT
    event_id, arrival.1 AS topic, arrival.2 AS partition, arrival.3 AS offset,
    arrivals[1].1 AS first_topic, arrivals[1].2 AS first_partition, arrivals[1].3 AS first_offset, conflicting
FROM
(
    SELECT event_id, arraySort(groupUniqArray((topic, partition, offset))) AS arrivals, CAST(min(digest) != max(digest) AS Bool) AS conflicting
    FROM {database}.arrivals
    -- Few come twice: looking for them in the order of the table keeps nothing in memory.
    WHERE event_id {global}IN (SELECT event_id FROM {database}.arrivals GROUP BY event_id HAVING count() > 1)
    GROUP BY event_id
    HAVING length(arrivals) > 1
)
ARRAY JOIN arraySlice(arrivals, 2) AS arrival
SETTINGS optimize_aggregation_in_order = 1
COMMENT 'Every arrival of an event after its first, in order of topic and offset';
