-- Channels of every journey. A journey row does not have them, and looking them up in the timeline costs a scan of all refs.
CREATE TABLE {database}.journey_channels{on_cluster}
(
    journey_id   UUID COMMENT 'Journey; joins journeys',
    channels     Array(LowCardinality(String)) COMMENT 'Channels on which the customer turned to us or we to them, sorted',
    refreshed_at DateTime64(3, 'UTC') COMMENT 'Generation: when it was computed'
)
ENGINE = {replacing_everywhere}(refreshed_at)
ORDER BY journey_id
SETTINGS index_granularity = 1024
COMMENT 'Channels by journey, in generations; read the view customer_effort instead';

-- Of touchpoints that name the ref of the journey, from its opening on.
CREATE MATERIALIZED VIEW {database}.journey_channels_mv{on_cluster} REFRESH EVERY 1 HOUR APPEND TO {database}.journey_channels AS
SELECT journey_id, CAST(arraySort(groupUniqArray(toString(channel))), 'Array(LowCardinality(String))') AS channels, now64(3, 'UTC') AS refreshed_at
FROM
(
    SELECT customer_id, occurred_at, channel, arrayJoin(arrayFlatten(arrayMap((kind, ids) -> arrayMap(id -> concat(kind, ':', id), ids), mapKeys(refs), mapValues(refs)))) AS ref
    FROM {database}.timeline
    WHERE notEmpty(refs) AND channel != '' AND direction IN ('inbound', 'outbound')
) AS touches
{global}INNER JOIN (SELECT journey_id, customer_id, ref, opened_at FROM {database}.journeys) AS opened USING (customer_id, ref)
WHERE occurred_at >= opened_at
GROUP BY journey_id;

-- What does it cost a customer to get something done with us?
CREATE VIEW {database}.customer_effort{on_cluster}
(
    journey_id         UUID COMMENT 'Journey; joins journeys',
    kind               LowCardinality(String) COMMENT 'Kind of journey as the company declares it, such as order',
    customer_id        UUID COMMENT 'Customer; all zeros when unknown',
    matter             String COMMENT 'What it is about, such as order:4711: joins alerts.matter',
    status             LowCardinality(String) COMMENT 'open, completed, canceled or abandoned',
    opened_at          DateTime64(6, 'UTC') COMMENT 'When it began',
    ended_at           Nullable(DateTime64(6, 'UTC')) COMMENT 'When it ended; null while open',
    touches_in         UInt32 COMMENT 'Times that the customer turned to us',
    touches_out        UInt32 COMMENT 'Times that we turned to the customer',
    channels           Array(LowCardinality(String)) COMMENT 'Channels used, sorted; computed every hour',
    channel_count      UInt64 COMMENT 'How many channels',
    department_count   UInt64 COMMENT 'How many departments had to do with it',
    handoffs           UInt32 COMMENT 'Changes of department or, inside one, of team',
    bounces            UInt32 COMMENT 'Times it went from A to B and back to A',
    repeats            UInt32 COMMENT 'Facts that the customer had to tell again',
    reopened           UInt32 COMMENT 'How often it was opened again after it had ended',
    waited_seconds     Float64 COMMENT 'How long the customer waited for us, up to the newest touchpoint',
    third_party_seconds Float64 COMMENT 'How long both waited for somebody else',
    our_wait_seconds   Float64 COMMENT 'How long we waited for the customer',
    broken_rules       UInt64 COMMENT 'Rules that were broken on it'
)
AS SELECT
    j.journey_id AS journey_id, kind, customer_id, matter, status, opened_at, ended_at, touches_in, touches_out, c.channels AS channels,
    length(channels) AS channel_count, length(arrayDistinct(departments)) AS department_count, handoffs, bounces, repeats, reopened,
    arraySum(mapValues(waiting)) / 1000000 - our_wait_seconds - third_party_seconds AS waited_seconds,
    waiting['third_party'] / 1000000 AS third_party_seconds,
    waiting['customer'] / 1000000 AS our_wait_seconds,
    length(findings) AS broken_rules
FROM
(
    SELECT *
    FROM {database}.journey_latest FINAL
    WHERE NOT withdrawn
) AS j
{global}ANY LEFT JOIN
(
    SELECT journey_id, channels
    FROM {database}.journey_channels
    WHERE refreshed_at = (SELECT max(refreshed_at) FROM {database}.journey_channels)
) AS c ON c.journey_id = j.journey_id
COMMENT 'What every journey cost the customer: touches, channels, repeats, waits';
