-- Promises, claims and leads are few among the touchpoints, and their views need few columns: a narrow table of these alone makes what a view
-- costs follow their number and not the length of the timeline. Its key is that of timeline_events, so the same repetitions vanish.
CREATE TABLE {database}.commitment_events{local}{on_cluster}
(
    anchor_id     UUID COMMENT 'Id of the strongest identifier on the event itself; immutable: sorts and shards',
    attributed_id UUID COMMENT 'Id of the identifier that stands for the customer; all zeros when none is left',
    occurred_at   DateTime64(6, 'UTC') COMMENT 'When it occurred',
    event_id      UUID COMMENT 'Derived from source and source_event_id: names the event for ever',
    customer_id   UUID COMMENT 'Customer as known when the row was written; the view commitments has the current one',
    department    LowCardinality(String) COMMENT 'Department whose system reported it',
    type          LowCardinality(String) COMMENT 'What happened, a word of the vocabulary such as promise.made',
    team          LowCardinality(String) COMMENT 'Team that acted',
    agent         LowCardinality(String) COMMENT 'Person that acted, as the source names them',
    seq           Int64 COMMENT 'Order that the source vouches for inside one instant',
    due_at        Nullable(DateTime64(6, 'UTC')) COMMENT 'What was promised: the instant by which something is due',
    promises      Array(String) COMMENT 'Promises that it is about',
    leads         Array(String) COMMENT 'Leads that it is about',
    origin        LowCardinality(String) COMMENT 'The attribute origin or campaign, else the source that reported it',
    digest        UInt64 COMMENT 'Hash of the content: tells a duplicate from a conflicting duplicate',
    version       UInt64 COMMENT 'Highest wins among rows of one event; made of content alone, never of arrival'
)
ENGINE = {replacing}(version)
PARTITION BY {partition}(occurred_at)
PRIMARY KEY (anchor_id, occurred_at)
ORDER BY (anchor_id, occurred_at, event_id)
SETTINGS {window}index_granularity = 8192, min_age_to_force_merge_seconds = 600, min_age_to_force_merge_on_partition_only = 1
COMMENT 'Touchpoints about promises, claims and leads, synthetic customers left out; read the view commitments instead';

{distributed commitment_events by sipHash64(anchor_id)};

CREATE MATERIALIZED VIEW {database}.commitment_events_mv{on_cluster} TO {database}.commitment_events{local} AS
SELECT
    anchor_id, attributed_id, occurred_at, event_id, customer_id, department, type, team, agent, seq, due_at, refs['promise'] AS promises, refs['lead'] AS leads,
    coalesce(nullIf(attributes['origin'], ''), nullIf(attributes['campaign'], ''), source) AS origin, digest, version
FROM {database}.timeline_events{local}
WHERE NOT mapContains(attributes, 'canary')
    AND (type IN (
            'promise.made', 'promise.confirmed', 'promise.moved', 'promise.kept', 'promise.released', 'claim.opened', 'claim.released',
            'lead.created', 'lead.qualified', 'lead.handed_over', 'lead.accepted', 'lead.rejected', 'deal.won', 'deal.lost', 'call.made', 'quote.sent')
        OR (type = 'contact.outbound' AND department = 'sales' AND attributes['automatic'] != 'true'));

-- What is there already, as the view above would have written it; whatever comes in meanwhile is written by both, which is once.
INSERT INTO {database}.commitment_events
SELECT
    anchor_id, attributed_id, occurred_at, event_id, customer_id, department, type, team, agent, seq, due_at, refs['promise'] AS promises, refs['lead'] AS leads,
    coalesce(nullIf(attributes['origin'], ''), nullIf(attributes['campaign'], ''), source) AS origin, digest, version
FROM {database}.timeline_events
WHERE NOT mapContains(attributes, 'canary')
    AND (type IN (
            'promise.made', 'promise.confirmed', 'promise.moved', 'promise.kept', 'promise.released', 'claim.opened', 'claim.released',
            'lead.created', 'lead.qualified', 'lead.handed_over', 'lead.accepted', 'lead.rejected', 'deal.won', 'deal.lost', 'call.made', 'quote.sent')
        OR (type = 'contact.outbound' AND department = 'sales' AND attributes['automatic'] != 'true'))
SETTINGS distributed_foreground_insert = 1, max_partitions_per_insert_block = 0;

-- Few: events that arrived with another anchor or time as well, which the merge of timeline_events cannot bring together, and commitments that
-- arrived with another content as well. What was a commitment may be none in the content that stays, and only timeline_events knows.
CREATE OR REPLACE DICTIONARY {database}.event_conflicts{on_cluster}
(
    event_id UUID,
    row_key UInt64,
    digest UInt64
)
PRIMARY KEY event_id
SOURCE(CLICKHOUSE({dictionary_login}QUERY '
    SELECT stays.event_id AS event_id, tupleElement(row, 1) AS row_key, tupleElement(row, 2) AS digest
    FROM {database}.commitment_events AS commitment
    {global}RIGHT ANY JOIN
    (
        SELECT
            event_id, argMax((cityHash64(anchor_id, occurred_at), digest), (version, digest, occurred_at, anchor_id)) AS row,
            min(cityHash64(anchor_id, occurred_at)) != max(cityHash64(anchor_id, occurred_at)) AS several
        FROM {database}.timeline_events FINAL
        WHERE event_id {global}IN
            (SELECT event_id FROM {database}.arrivals GROUP BY event_id HAVING min(row_key) != max(row_key) OR min(digest) != max(digest))
        GROUP BY event_id
    ) AS stays ON commitment.event_id = stays.event_id
    WHERE several OR commitment.event_id = stays.event_id
    SETTINGS optimize_aggregation_in_order = 1'))
LAYOUT(COMPLEX_KEY_HASHED())
LIFETIME(MIN 240 MAX 360)
COMMENT 'Of events that arrived under several keys, and of commitments that arrived with several contents, the hashes of the key and the content that stay';

-- Anchor and time are part of the content, so the content that stays is under the key that stays.
CREATE VIEW {database}.commitments{on_cluster}
(
    customer_id UUID COMMENT 'Customer as known now; all zeros: unattributed, every identifier on it is shared by too many',
    occurred_at DateTime64(6, 'UTC') COMMENT 'When it occurred',
    department  LowCardinality(String) COMMENT 'Department whose system reported it',
    type        LowCardinality(String) COMMENT 'What happened, a word of the vocabulary such as promise.made',
    team        LowCardinality(String) COMMENT 'Team that acted',
    agent       LowCardinality(String) COMMENT 'Person that acted, as the source names them',
    seq         Int64 COMMENT 'Order that the source vouches for inside one instant',
    due_at      Nullable(DateTime64(6, 'UTC')) COMMENT 'What was promised: the instant by which something is due',
    promises    Array(String) COMMENT 'Promises that it is about',
    leads       Array(String) COMMENT 'Leads that it is about',
    origin      LowCardinality(String) COMMENT 'The attribute origin or campaign, else the source that reported it',
    event_id    UUID COMMENT 'Names the event for ever; joins timeline'
)
AS SELECT
    dictGetOrDefault('{database}.identity_overrides', 'customer_id', e.attributed_id, e.customer_id) AS customer_id,
    e.occurred_at AS occurred_at, e.department AS department, e.type AS type, e.team AS team, e.agent AS agent, e.seq AS seq, e.due_at AS due_at,
    e.promises AS promises, e.leads AS leads, e.origin AS origin, e.event_id AS event_id
FROM {database}.commitment_events AS e FINAL
WHERE dictGetOrDefault('{database}.event_conflicts', 'digest', e.event_id, e.digest) = e.digest
SETTINGS do_not_merge_across_partitions_select_final = 1
COMMENT 'What promises, ownership and lead_follow_up read: touchpoints about promises, claims and leads of people, under the customer as known now';

CREATE OR REPLACE VIEW {database}.promises{on_cluster}
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
        -- Commitments are on the timeline: whatever is older than the newest one that nothing contradicts need not be looked at.
        coalesce(
            kept_at, released_at,
            (
                SELECT least(maxOrNull(occurred_at), now64(6, 'UTC'))
                FROM {database}.timeline_events
                WHERE source != 'commands' AND NOT mapContains(attributes, 'canary')
                    AND occurred_at >= (SELECT max(occurred_at) FROM {database}.commitment_events WHERE NOT dictHas('{database}.event_conflicts', event_id))
            ),
            now64(6, 'UTC')) AS over_at,
        coalesce(due_at < over_at, false) AS late
    FROM
    (
        SELECT
            customer_id, arrayJoin(promises) AS promise, type, type IN ('promise.made', 'promise.moved') AS said,
            occurred_at, seq, department, team, agent, due_at AS due
        FROM {database}.commitments
        WHERE type IN ('promise.made', 'promise.confirmed', 'promise.moved', 'promise.kept', 'promise.released')
    )
    GROUP BY customer_id, promise
    HAVING countIf(said) > 0
)
COMMENT 'Every promise: made, moved, kept or broken, and by whom';

CREATE OR REPLACE VIEW {database}.ownership{on_cluster}
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
                -- Commitments are on the timeline: whatever is older than the newest one that nothing contradicts need not be looked at.
                toUnixTimestamp64Micro(coalesce(
                    released_at,
                    (
                        SELECT least(maxOrNull(occurred_at), now64(6, 'UTC'))
                        FROM {database}.timeline_events
                        WHERE source != 'commands' AND NOT mapContains(attributes, 'canary')
                            AND occurred_at >= (SELECT max(occurred_at) FROM {database}.commitment_events WHERE NOT dictHas('{database}.event_conflicts', event_id))
                    ),
                    now64(6, 'UTC'))) AS ends
            FROM
            (
                SELECT
                    customer_id, department,
                    arraySort(groupArrayIf(occurred_at, type = 'claim.released')) AS releases,
                    groupArrayIf((occurred_at, seq, team, agent), type = 'claim.opened') AS openings
                FROM {database}.commitments
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

CREATE OR REPLACE VIEW {database}.lead_follow_up{on_cluster}
(
    lead             String COMMENT 'Id of the lead, the ref lead of its touchpoints',
    customer_id      UUID COMMENT 'Customer as known now; joins customers',
    origin           String COMMENT 'Where it came from: the attribute origin or campaign of lead.created, else the source that reported it',
    owner_department LowCardinality(String) COMMENT 'Department that has it: who accepted it, else whom it was handed over to; empty while nobody has',
    owner            LowCardinality(String) COMMENT 'Person that has it, as the source names them; empty when unknown',
    created_at       DateTime64(6, 'UTC') COMMENT 'When the customer showed interest: the first touchpoint of the lead',
    qualified_at     Nullable(DateTime64(6, 'UTC')) COMMENT 'When it was found worth a call; null when it was not',
    handed_over_at   Nullable(DateTime64(6, 'UTC')) COMMENT 'When it was first given to those who sell; null when it was not',
    accepted_at      Nullable(DateTime64(6, 'UTC')) COMMENT 'When sales first took it; null when nobody did',
    contacted_at     Nullable(DateTime64(6, 'UTC')) COMMENT 'First contact since created_at; null when there was none',
    contacted_by     LowCardinality(String) COMMENT 'Department of the first contact; empty for none',
    contacts         UInt64 COMMENT 'Contacts since created_at, those after the outcome included',
    wait_seconds     Nullable(Float64) COMMENT 'From created_at to the first contact; null when there was none',
    outcome          LowCardinality(String) COMMENT 'won, lost or rejected; empty while there is none',
    outcome_at       Nullable(DateTime64(6, 'UTC')) COMMENT 'When it was won, lost or rejected first; null while it is not'
)
AS SELECT
    lead, customer_id,
    argMinIf(origin, at, stage) AS origin,
    -- Who accepted it weighs more than whom it was given to; of several the newest.
    argMaxIf(department, (type = 'lead.accepted', at), type IN ('lead.handed_over', 'lead.accepted')) AS owner_department,
    argMaxIf(agent, (type = 'lead.accepted', at), type IN ('lead.handed_over', 'lead.accepted')) AS owner,
    any(begun) AS created_at,
    minOrNullIf(at, type = 'lead.qualified') AS qualified_at,
    minOrNullIf(at, type = 'lead.handed_over') AS handed_over_at,
    minOrNullIf(at, type = 'lead.accepted') AS accepted_at,
    minOrNullIf(at, contact) AS contacted_at,
    argMinIf(department, at, contact) AS contacted_by,
    countIf(contact) AS contacts,
    (toUnixTimestamp64Micro(contacted_at) - toUnixTimestamp64Micro(created_at)) / 1000000 AS wait_seconds,
    transform(toString(argMinIf(type, at, type IN ('deal.won', 'deal.lost', 'lead.rejected'))),
        ['deal.won', 'deal.lost', 'lead.rejected'], ['won', 'lost', 'rejected'], '') AS outcome,
    minOrNullIf(at, type IN ('deal.won', 'deal.lost', 'lead.rejected')) AS outcome_at
FROM
(
    SELECT
        customer_id, one.1 AS lead, one.2 AS begun, touch.1 AS at, touch.2 AS type, touch.3 AS department, touch.4 AS agent, touch.5 AS origin,
        startsWith(type, 'lead.') AS stage, NOT stage AND NOT startsWith(type, 'deal.') AS contact
    FROM
    (
        SELECT
            customer_id,
            groupArray((occurred_at, type, department, agent, origin, named)) AS touches,
            -- Every lead of the customer with its beginning.
            arrayMap(
                lead -> (lead, arrayMin(t -> t.1, arrayFilter(t -> startsWith(t.2, 'lead.') AND has(t.6, lead), touches))),
                arrayDistinct(arrayFlatten(groupArrayIf(named, startsWith(type, 'lead.'))))) AS leads
        FROM
        (
            SELECT customer_id, occurred_at, toString(type) AS type, department, agent, leads AS named, toString(origin) AS origin
            FROM {database}.commitments
            WHERE startsWith(type, 'lead.') OR startsWith(type, 'deal.') OR type IN ('call.made', 'quote.sent', 'contact.outbound')
        )
        GROUP BY customer_id
        HAVING notEmpty(leads)
    )
    ARRAY JOIN leads AS one
    ARRAY JOIN arrayFilter(t -> t.1 >= one.2 AND (has(t.6, one.1) OR (empty(t.6) AND NOT startsWith(t.2, 'lead.'))), touches) AS touch
)
GROUP BY customer_id, lead
COMMENT 'Every lead: origin, owner, first contact, outcome';
