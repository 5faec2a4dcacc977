-- Which promises did we make, who made them, and did we keep them?
--
-- A promise is missed once for every due time that passes before it is kept, moved or released: moving it in time is no miss, keeping it
-- late is one. What has passed is judged as of the newest touchpoint, so that a timeline that ended last year does not go on breaking
-- promises.
CREATE VIEW {database}.promises{on_cluster}
(
    promise         String COMMENT 'Id of the promise, the ref promise of its touchpoints',
    customer_id     UUID COMMENT 'Customer as known now; joins customers',
    status          LowCardinality(String) COMMENT 'open (not due yet), kept, kept_late, broken (due and not kept) or released (the customer no longer needs it)',
    made_at         DateTime64(6, 'UTC') COMMENT 'When it was made',
    made_by         LowCardinality(String) COMMENT 'Department that made it',
    made_by_team    LowCardinality(String) COMMENT 'Team that made it; empty when unknown',
    made_by_agent   LowCardinality(String) COMMENT 'Person that made it, as the source names them; empty when unknown',
    first_due_at    Nullable(DateTime64(6, 'UTC')) COMMENT 'Until when it was promised at first; null when nobody said',
    due_at          Nullable(DateTime64(6, 'UTC')) COMMENT 'Until when it is promised now; null when nobody said',
    confirmed_at    Nullable(DateTime64(6, 'UTC')) COMMENT 'When those who have to keep it first said that they can; null when they did not',
    confirmed_by    LowCardinality(String) COMMENT 'Department that confirmed it; empty for none',
    moved           UInt64 COMMENT 'How often it got a new due time',
    moved_by        Array(String) COMMENT 'Departments that moved it, sorted',
    kept_at         Nullable(DateTime64(6, 'UTC')) COMMENT 'When it was kept; null while it was not',
    kept_by         LowCardinality(String) COMMENT 'Department that kept it; empty for none',
    released_at     Nullable(DateTime64(6, 'UTC')) COMMENT 'When the customer let us off; null when they did not',
    missed          UInt64 COMMENT 'How many of its due times passed without its being kept, moved or released',
    late_seconds    Nullable(Float64) COMMENT 'How long after the due time it was kept, or by now is not; null when it is not late'
)
AS SELECT
    promise, customer_id,
    multiIf(
        isNotNull(kept_at) AND late, 'kept_late',
        isNotNull(kept_at), 'kept',
        isNotNull(released_at), 'released',
        late, 'broken',
        'open') AS status,
    made_at, made_by, made_by_team, made_by_agent, first_due_at, due_at, confirmed_at, confirmed_by, moved, moved_by, kept_at, kept_by, released_at,
    arrayCount(
        (due, until) -> isNotNull(due) AND due < until,
        dues.2,
        -- What ends a due time: the next move, or the end of the promise.
        arrayPushBack(arrayPopFront(dues.1), over_at)) AS missed,
    late ? (toUnixTimestamp64Micro(over_at) - toUnixTimestamp64Micro(assumeNotNull(due_at))) / 1000000 : NULL AS late_seconds
FROM
(
    SELECT
        promise, customer_id,
        minIf(occurred_at, said) AS made_at,
        argMinIf(department, (occurred_at, seq), said) AS made_by,
        argMinIf(team, (occurred_at, seq), said) AS made_by_team,
        argMinIf(agent, (occurred_at, seq), said) AS made_by_agent,
        arraySort(groupArrayIf((occurred_at, due, seq), said)) AS dues,
        dues[1].2 AS first_due_at,
        dues[-1].2 AS due_at,
        minOrNullIf(occurred_at, type = 'promise.confirmed') AS confirmed_at,
        argMinIf(department, occurred_at, type = 'promise.confirmed') AS confirmed_by,
        countIf(type = 'promise.moved') AS moved,
        arraySort(groupUniqArrayIf(toString(department), type = 'promise.moved')) AS moved_by,
        minOrNullIf(occurred_at, type = 'promise.kept') AS kept_at,
        argMinIf(department, occurred_at, type = 'promise.kept') AS kept_by,
        minOrNullIf(occurred_at, type = 'promise.released') AS released_at,
        coalesce(kept_at, released_at, (SELECT least(max(occurred_at), now64(6, 'UTC')) FROM {database}.timeline_events), now64(6, 'UTC')) AS over_at,
        coalesce(due_at < over_at, false) AS late
    FROM
    (
        SELECT
            customer_id, arrayJoin(refs['promise']) AS promise, type, type IN ('promise.made', 'promise.moved') AS said,
            occurred_at, seq, department, team, agent, due_at AS due
        FROM {database}.timeline
        WHERE type IN ('promise.made', 'promise.confirmed', 'promise.moved', 'promise.kept', 'promise.released')
    )
    GROUP BY customer_id, promise
    HAVING countIf(said) > 0
)
COMMENT 'Every promise: made, moved, kept or broken, and by whom';
