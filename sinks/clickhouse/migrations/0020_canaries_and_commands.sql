-- A synthetic customer (`redthread canary`, the attribute canary) is nobody's customer: the figures of people leave it out. And what has passed
-- is judged as of the newest touchpoint that tells of customers: neither a command of today nor a canary makes old data older.

ALTER TABLE {database}.handoffs_daily_mv{on_cluster} MODIFY QUERY
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
                WHERE notEmpty(refs) AND NOT mapContains(attributes, 'canary') AND NOT match(type, '^(campaign|survey|review|consent|record|alert|identity)[.]')
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

ALTER TABLE {database}.contact_pressure_daily_mv{on_cluster} MODIFY QUERY
SELECT
    day, touch.3 AS department, touch.4 AS channel, touch.5 AS campaign,
    count() AS contacts, countIf(touch.6) AS automatic, uniqExact(customer_id) AS customers, countIf(nth > 1) AS again,
    countIf(arrayExists(before -> before.3 != touch.3, arraySlice(touches, 1, nth - 1))) AS crossing,
    now64(3, 'UTC') AS refreshed_at
FROM
(
    SELECT
        customer_id, toDate(occurred_at) AS day,
        arraySort(groupArray((
            occurred_at, event_id, toString(department), toString(channel), attributes['campaign'],
            startsWith(type, 'campaign.') OR startsWith(type, 'survey.') OR attributes['automatic'] = 'true'))) AS touches
    FROM {database}.timeline
    WHERE direction = 'outbound' AND NOT mapContains(attributes, 'canary') AND NOT match(type, '^(ticket|complaint|parcel|promise)[.]')
    GROUP BY customer_id, day
)
ARRAY JOIN touches AS touch, arrayEnumerate(touches) AS nth
GROUP BY day, department, channel, campaign;

ALTER TABLE {database}.perception_gap_daily_mv{on_cluster} MODIFY QUERY
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
                    AND NOT mapContains(attributes, 'canary')
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
        coalesce(kept_at, released_at, (SELECT least(maxOrNull(occurred_at), now64(6, 'UTC')) FROM {database}.timeline_events WHERE source != 'commands' AND NOT mapContains(attributes, 'canary')), now64(6, 'UTC')) AS over_at,
        coalesce(due_at < over_at, false) AS late
    FROM
    (
        SELECT
            customer_id, arrayJoin(refs['promise']) AS promise, type, type IN ('promise.made', 'promise.moved') AS said,
            occurred_at, seq, department, team, agent, due_at AS due
        FROM {database}.timeline
        WHERE type IN ('promise.made', 'promise.confirmed', 'promise.moved', 'promise.kept', 'promise.released') AND NOT mapContains(attributes, 'canary')
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
                toUnixTimestamp64Micro(coalesce(released_at, (SELECT least(maxOrNull(occurred_at), now64(6, 'UTC')) FROM {database}.timeline_events WHERE source != 'commands' AND NOT mapContains(attributes, 'canary')), now64(6, 'UTC'))) AS ends
            FROM
            (
                SELECT
                    customer_id, department,
                    arraySort(groupArrayIf(occurred_at, type = 'claim.released')) AS releases,
                    groupArrayIf((occurred_at, seq, team, agent), type = 'claim.opened') AS openings
                FROM {database}.timeline
                WHERE type IN ('claim.opened', 'claim.released') AND NOT mapContains(attributes, 'canary')
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
            SELECT
                customer_id, occurred_at, toString(type) AS type, department, agent, refs['lead'] AS named,
                coalesce(nullIf(attributes['origin'], ''), nullIf(attributes['campaign'], ''), source) AS origin
            FROM {database}.timeline
            WHERE NOT mapContains(attributes, 'canary')
                AND (type IN ('lead.created', 'lead.qualified', 'lead.handed_over', 'lead.accepted', 'lead.rejected', 'deal.won', 'deal.lost', 'call.made', 'quote.sent')
                    OR (type = 'contact.outbound' AND department = 'sales' AND attributes['automatic'] != 'true'))
        )
        GROUP BY customer_id
        HAVING notEmpty(leads)
    )
    ARRAY JOIN leads AS one
    ARRAY JOIN arrayFilter(t -> t.1 >= one.2 AND (has(t.6, one.1) OR (empty(t.6) AND NOT startsWith(t.2, 'lead.'))), touches) AS touch
)
GROUP BY customer_id, lead
COMMENT 'Every lead: origin, owner, first contact, outcome';
