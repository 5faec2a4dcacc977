-- How long does a lead wait for its first contact, by where it came from and who had it?
--
-- A contact is a call, a quote or a message that a person of sales wrote. It counts for the lead that it names; if it names none, for
-- every lead of the customer. An outcome counts alike.
CREATE VIEW {database}.lead_follow_up{on_cluster}
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
            WHERE type IN ('lead.created', 'lead.qualified', 'lead.handed_over', 'lead.accepted', 'lead.rejected', 'deal.won', 'deal.lost', 'call.made', 'quote.sent')
                OR (type = 'contact.outbound' AND department = 'sales' AND attributes['automatic'] != 'true')
        )
        GROUP BY customer_id
        HAVING notEmpty(leads)
    )
    ARRAY JOIN leads AS one
    ARRAY JOIN arrayFilter(t -> t.1 >= one.2 AND (has(t.6, one.1) OR (empty(t.6) AND NOT startsWith(t.2, 'lead.'))), touches) AS touch
)
GROUP BY customer_id, lead
COMMENT 'Every lead: origin, owner, first contact, outcome';
