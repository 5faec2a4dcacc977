-- Hand-offs of every day, computed anew as a whole with every refresh, because late touchpoints and merges change the past. Readers see
-- the newest generation: a pair that is gone from it is gone.
CREATE TABLE {database}.handoffs_daily{on_cluster}
(
    day                  Date COMMENT 'Day of the hand-off, UTC',
    kind                 LowCardinality(String) COMMENT 'Kind of ref that was handed over, such as ticket',
    from_department      LowCardinality(String) COMMENT 'Department that had it',
    from_team            LowCardinality(String) COMMENT 'Team that had it; empty when unknown',
    to_department        LowCardinality(String) COMMENT 'Department that got it',
    to_team              LowCardinality(String) COMMENT 'Team that got it; empty when unknown',
    handoffs             UInt64 COMMENT 'How many',
    accepted             UInt64 COMMENT 'Those that the receiver began to work on',
    bounced              UInt64 COMMENT 'Those after which it went straight back to the giver',
    repeats              UInt64 COMMENT 'Facts that the customer told the receiver although somebody before had heard them',
    wait_seconds         Float64 COMMENT 'Sum of the waits, from the hand-off to the beginning of the work or to the next hand-off',
    longest_wait_seconds Float64 COMMENT 'The longest of them',
    refreshed_at         DateTime64(3, 'UTC') COMMENT 'Generation: when it was computed'
)
ENGINE = {replacing_everywhere}(refreshed_at)
ORDER BY (day, kind, from_department, from_team, to_department, to_team)
COMMENT 'Hand-offs by day, in generations; read the view handoffs instead';

-- A ref has one holder at a time: the department, and inside it the team, of its newest touchpoint; who leaves the team open is the team
-- that has it. Advertising and opinions are no holding.
CREATE MATERIALIZED VIEW {database}.handoffs_daily_mv{on_cluster} REFRESH EVERY 1 HOUR APPEND TO {database}.handoffs_daily AS
SELECT
    toDate(requested_at) AS day, kind, giver.1 AS from_department, giver.2 AS from_team, receiver.1 AS to_department, receiver.2 AS to_team,
    count() AS handoffs, countIf(notEmpty(work)) AS accepted, countIf(next = giver) AS bounced, sum(told_again) AS repeats,
    sum(waited) AS wait_seconds, max(waited) AS longest_wait_seconds, now64(3, 'UTC') AS refreshed_at
FROM
(
    SELECT
        kind, visits[nth - 1][1].3 AS giver, visits[nth][1].3 AS receiver, visits[nth + 1][1].3 AS next,
        arrayMap(touch -> touch.1, arrayFilter(touch -> NOT touch.4, visits[nth])) AS work,
        -- An order to take over begins the wait; without one the giver's last touch does.
        visits[nth][1].4 ? visits[nth][1].1 : visits[nth - 1][-1].1 AS requested_at,
        multiIf(notEmpty(work), work[1], nth < length(visits), visits[nth + 1][1].1, requested_at) AS worked_at,
        (toUnixTimestamp64Micro(worked_at) - toUnixTimestamp64Micro(requested_at)) / 1000000 AS waited,
        arrayFlatten(arrayMap(touch -> touch.5, visits[nth])) AS told,
        arrayFlatten(arrayMap(visit -> arrayMap(touch -> touch.5, visit), arraySlice(visits, 1, nth - 1))) AS told_before,
        arrayCount(fact -> has(told_before, fact), told) AS told_again
    FROM
    (
        SELECT
            kind,
            arraySort(groupArray((occurred_at, seq, event_id, department, team, ordered, told))) AS touches,
            touches.4 AS departments,
            arrayPushFront(arrayPopBack(departments), '') AS before,
            arrayPushBack(arrayPopFront(departments), '') AS after,
            -- The team that has it, and where nobody has been named yet, the first that will be.
            arrayFill((team, department, last) -> team != '' OR department != last, touches.5, departments, before) AS known,
            arrayReverseFill((team, department, then) -> team != '' OR department != then, known, departments, after) AS teams,
            arrayZip(departments, teams) AS holders,
            arraySplit(
                (touch, holder, last) -> holder != last,
                arrayMap((touch, holder) -> (touch.1, touch.3, holder, touch.6, touch.7), touches, holders),
                holders, arrayPushFront(arrayPopBack(holders), ('', ''))) AS visits
        FROM
        (
            SELECT
                customer_id, kind, id, occurred_at, seq, event_id, toString(department) AS department, toString(team) AS team,
                type IN ('ticket.assigned', 'lead.handed_over') AS ordered,
                direction = 'inbound' ? facts : [] AS told
            FROM
            (
                SELECT customer_id, occurred_at, seq, event_id, department, team, type, direction, facts, refs
                FROM {database}.timeline
                WHERE notEmpty(refs) AND NOT match(type, '^(campaign|survey|review|consent|record|alert|identity)[.]')
            )
            ARRAY JOIN mapKeys(refs) AS kind, mapValues(refs) AS ids
            ARRAY JOIN ids AS id
            WHERE kind {global}IN (SELECT splitByChar(':', ref)[1] FROM {database}.journeys)
        )
        GROUP BY customer_id, kind, id
        HAVING length(visits) > 1
    )
    ARRAY JOIN range(2, length(visits) + 1) AS nth
)
GROUP BY day, kind, giver, receiver;

-- Between whom do customers' concerns get handed over, how long do they lie there, and how often do they come back?
CREATE VIEW {database}.handoffs{on_cluster}
(
    day                  Date COMMENT 'Day of the hand-off, UTC',
    kind                 LowCardinality(String) COMMENT 'Kind of ref that was handed over, such as ticket',
    from_department      LowCardinality(String) COMMENT 'Department that had it',
    from_team            LowCardinality(String) COMMENT 'Team that had it; empty when unknown',
    to_department        LowCardinality(String) COMMENT 'Department that got it',
    to_team              LowCardinality(String) COMMENT 'Team that got it; empty when unknown',
    handoffs             UInt64 COMMENT 'How many',
    accepted             UInt64 COMMENT 'Those that the receiver began to work on',
    bounced              UInt64 COMMENT 'Those after which it went straight back to the giver',
    bounce_rate          Float64 COMMENT 'bounced / handoffs; over several rows take sum(bounced) / sum(handoffs)',
    repeats              UInt64 COMMENT 'Facts that the customer told the receiver although somebody before had heard them',
    wait_seconds         Float64 COMMENT 'Sum of the waits, from the hand-off to the beginning of the work or to the next hand-off',
    longest_wait_seconds Float64 COMMENT 'The longest of them',
    refreshed_at         DateTime64(3, 'UTC') COMMENT 'When this was computed'
)
AS SELECT
    day, kind, from_department, from_team, to_department, to_team, handoffs, accepted, bounced, bounced / handoffs AS bounce_rate, repeats,
    wait_seconds, longest_wait_seconds, refreshed_at
FROM {database}.handoffs_daily
WHERE refreshed_at = (SELECT max(refreshed_at) FROM {database}.handoffs_daily)
COMMENT 'Hand-offs between departments and teams by day: count, bounce rate, wait, repeats; computed every hour';
