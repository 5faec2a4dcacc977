-- Whose customer was it when, who quarrelled over them, and when did nobody want them?
--
-- A claim lasts until its department releases the customer; claiming again what is claimed changes nothing. Claims that go on are
-- measured as of the newest touchpoint.
CREATE VIEW {database}.ownership{on_cluster}
(
    customer_id     UUID COMMENT 'Customer as known now; joins customers',
    department      LowCardinality(String) COMMENT 'Department that says that the customer is theirs',
    team            LowCardinality(String) COMMENT 'Team that opened the claim; empty when unknown',
    agent           LowCardinality(String) COMMENT 'Person that opened the claim, as the source names them; empty when unknown',
    claimed_at      DateTime64(6, 'UTC') COMMENT 'Since when',
    released_at     Nullable(DateTime64(6, 'UTC')) COMMENT 'Until when; null while it goes on',
    owned_seconds   Float64 COMMENT 'How long, up to the newest touchpoint',
    turn            UInt64 COMMENT 'Which claim on this customer it is, counted from 1',
    overlaps        Array(String) COMMENT 'Departments that claimed the customer at the same time, sorted',
    overlap_seconds Float64 COMMENT 'How long at least one other department claimed the customer too',
    gap_seconds     Float64 COMMENT 'How long nobody had the customer before this claim; 0 for the first',
    alternation     Bool COMMENT 'The claim before was of another department, and the one before that of this one: A, B, A'
)
AS SELECT
    customer_id, department, team, agent, claimed_at, released_at, (ends - begins) / 1000000 AS owned_seconds, turn,
    arraySort(arrayDistinct(arrayMap(c -> c.3, others))) AS overlaps,
    -- Laid end to end, so that what three departments claim at once is counted once.
    arrayFold(
        (done, c) -> (done.1 + greatest(0, least(ends, c.2) - greatest(done.2, c.1)), greatest(done.2, least(ends, c.2))),
        others, (toInt64(0), begins)).1 / 1000000 AS overlap_seconds,
    turn > 1 ? greatest(0, begins - arrayMax(arrayMap(c -> c.2, arraySlice(claims, 1, turn - 1)))) / 1000000 : 0 AS gap_seconds,
    CAST(turn > 2 AND claims[turn - 2].3 = department AND claims[turn - 1].3 != department AS Bool) AS alternation
FROM
(
    SELECT
        customer_id, claims, claim.1 AS begins, claim.2 AS ends, claim.3 AS department, claim.4 AS team, claim.5 AS agent, turn,
        claim.6 AS claimed_at, claim.7 AS released_at,
        arrayFilter(c -> c.3 != department AND c.1 < ends AND c.2 > begins, claims) AS others
    FROM
    (
        SELECT customer_id, arraySort(groupArray((begins, ends, toString(department), team, agent, claimed_at, released_at))) AS claims
        FROM
        (
            -- A claim ends at the first release from its opening on; those that end together are one.
            SELECT
                customer_id, department, min(opened.1) AS claimed_at, argMin(opened.3, opened.1) AS team, argMin(opened.4, opened.1) AS agent,
                arrayFirstOrNull(at -> at >= opened.1, releases) AS released_at,
                toUnixTimestamp64Micro(claimed_at) AS begins,
                toUnixTimestamp64Micro(coalesce(released_at, (SELECT least(max(occurred_at), now64(6, 'UTC')) FROM {database}.timeline_events), now64(6, 'UTC'))) AS ends
            FROM
            (
                SELECT
                    customer_id, department,
                    arraySort(groupArrayIf(occurred_at, type = 'claim.released')) AS releases,
                    groupArrayIf((occurred_at, seq, team, agent), type = 'claim.opened') AS openings
                FROM {database}.timeline
                WHERE type IN ('claim.opened', 'claim.released')
                GROUP BY customer_id, department
            )
            ARRAY JOIN openings AS opened
            GROUP BY customer_id, department, released_at
        )
        GROUP BY customer_id
    )
    ARRAY JOIN claims AS claim, arrayEnumerate(claims) AS turn
)
COMMENT 'Every claim of a department on a customer as an interval: overlaps, gaps, alternation';
