-- Closed journeys of every day, computed anew as a whole with every refresh.
--
-- A journey counts once, on the day when its ticket, complaint or order was first called done, for the department that said so. In time
-- by its own account: until then no rule was broken that this department had to keep. The customer disagrees within 14 days: opens it
-- again, asks about it again, complains, or rates with 2 or worse. A complaint that names no order, and a rating that names nothing at all,
-- count for every journey of the customer.
CREATE TABLE {database}.perception_gap_daily{on_cluster}
(
    day                Date COMMENT 'Day on which the journeys were closed, UTC',
    department         LowCardinality(String) COMMENT 'Department that closed them',
    kind               LowCardinality(String) COMMENT 'Kind of ref that was closed: order or ticket',
    closed             UInt64 COMMENT 'Journeys closed',
    in_time            UInt64 COMMENT 'Those closed in time by the department''s own account',
    reopened           UInt64 COMMENT 'Journeys that were opened again within 14 days',
    repeated           UInt64 COMMENT 'Journeys about which the customer asked again within 14 days',
    complained         UInt64 COMMENT 'Journeys after which the customer complained within 14 days',
    rated_badly        UInt64 COMMENT 'Journeys after which the customer rated with 2 or worse within 14 days',
    disputed           UInt64 COMMENT 'Journeys with at least one of the four',
    in_time_disputed   UInt64 COMMENT 'The gap: in time by the department''s own account, and disputed by the customer',
    refreshed_at       DateTime64(3, 'UTC') COMMENT 'Generation: when it was computed'
)
ENGINE = {replacing_everywhere}(refreshed_at)
ORDER BY (day, department, kind)
COMMENT 'Closed journeys and what their customers said, by day, in generations; read the view perception_gap instead';

CREATE MATERIALIZED VIEW {database}.perception_gap_daily_mv{on_cluster} REFRESH EVERY 1 HOUR APPEND TO {database}.perception_gap_daily AS
SELECT
    toDate(closed_at) AS day, closer AS department, kind, count() AS closed, countIf(NOT late) AS in_time,
    countIf(has(said, 'reopened')) AS reopened, countIf(has(said, 'repeated')) AS repeated, countIf(has(said, 'complained')) AS complained,
    countIf(has(said, 'rated_badly')) AS rated_badly, countIf(notEmpty(said)) AS disputed, countIf(notEmpty(said) AND NOT late) AS in_time_disputed,
    now64(3, 'UTC') AS refreshed_at
FROM
(
    SELECT
        c.kind AS kind, c.closer AS closer, c.closed_at AS closed_at, c.said AS said,
        arrayExists(alert -> alert.1 = closer AND alert.2 <= closed_at, a.broken) AS late
    FROM
    (
        SELECT
            customer_id, closing.1 AS kind, concat(kind, ':', closing.2) AS ref, closing.3 AS closed_at, closing.4 AS closer,
            -- A sign is when, what, about which tickets and which orders.
            arrayMap(sign -> sign.2, arrayFilter(
                sign -> sign.1 > closed_at AND sign.1 <= closed_at + INTERVAL 14 DAY AND (
                    has(kind = 'ticket' ? sign.3 : sign.4, closing.2)
                    OR (sign.2 = 'complained' AND empty(sign.4))
                    OR (sign.2 = 'rated_badly' AND empty(sign.3) AND empty(sign.4))),
                signs)) AS said
        FROM
        (
            SELECT
                customer_id,
                groupArrayIf((occurred_at, sign, tickets, orders), sign != '') AS signs,
                -- The first closing of every ref.
                arrayFilter(
                    (closing, nth) -> nth = 1 OR (closing.1, closing.2) != (closings[nth - 1].1, closings[nth - 1].2),
                    arraySort(groupArrayArrayIf(arrayMap(id -> (kind, id, occurred_at, department), kind = 'ticket' ? tickets : orders), kind != '')) AS closings,
                    arrayEnumerate(closings)) AS firsts
            FROM
            (
                SELECT
                    customer_id, occurred_at, toString(department) AS department, refs['ticket'] AS tickets, refs['order'] AS orders,
                    transform(toString(type), ['ticket.resolved', 'ticket.closed', 'complaint.closed', 'parcel.delivered'], ['ticket', 'ticket', 'ticket', 'order'], '') AS kind,
                    multiIf(
                        type = 'ticket.reopened', 'reopened',
                        type = 'contact.inbound', 'repeated',
                        type = 'complaint.opened', 'complained',
                        type IN ('survey.answered', 'review.received') AND toFloat64OrDefault(attributes['score'], 5.) <= 2, 'rated_badly',
                        '') AS sign
                FROM {database}.timeline
                WHERE type IN ('ticket.resolved', 'ticket.closed', 'complaint.closed', 'parcel.delivered', 'ticket.reopened', 'contact.inbound',
                    'complaint.opened', 'survey.answered', 'review.received')
            )
            GROUP BY customer_id
            HAVING notEmpty(firsts)
        )
        ARRAY JOIN firsts AS closing
    ) AS c
    {global}ANY LEFT JOIN
    (
        SELECT customer_id, ref, groupArray((toString(responsible), starts_at)) AS broken
        FROM (SELECT DISTINCT customer_id, ref, matter FROM {database}.journeys) AS j
        {global}INNER JOIN
        (
            SELECT customer_id, matter, responsible, starts_at
            FROM {database}.alerts
            WHERE status != 'withdrawn' AND level = 'broken' AND matter != ''
        ) AS b USING (customer_id, matter)
        GROUP BY customer_id, ref
    ) AS a USING (customer_id, ref)
)
GROUP BY day, department, kind;

-- Where do departments believe that all is well, and their customers do not?
CREATE VIEW {database}.perception_gap{on_cluster}
(
    day                Date COMMENT 'Day on which the journeys were closed, UTC',
    department         LowCardinality(String) COMMENT 'Department that closed them',
    kind               LowCardinality(String) COMMENT 'Kind of ref that was closed: order or ticket',
    closed             UInt64 COMMENT 'Journeys closed',
    in_time            UInt64 COMMENT 'Those closed in time by the department''s own account: until then no rule was broken that it had to keep',
    reopened           UInt64 COMMENT 'Journeys that were opened again within 14 days',
    repeated           UInt64 COMMENT 'Journeys about which the customer asked again within 14 days',
    complained         UInt64 COMMENT 'Journeys after which the customer complained within 14 days',
    rated_badly        UInt64 COMMENT 'Journeys after which the customer rated with 2 or worse within 14 days',
    disputed           UInt64 COMMENT 'Journeys with at least one of the four',
    in_time_disputed   UInt64 COMMENT 'The gap: in time by the department''s own account, and disputed by the customer',
    refreshed_at       DateTime64(3, 'UTC') COMMENT 'When this was computed'
)
AS SELECT day, department, kind, closed, in_time, reopened, repeated, complained, rated_badly, disputed, in_time_disputed, refreshed_at
FROM {database}.perception_gap_daily
WHERE refreshed_at = (SELECT max(refreshed_at) FROM {database}.perception_gap_daily)
COMMENT 'Closed in time by the department''s own account, and what the customer says; computed every hour';
