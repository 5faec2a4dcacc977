-- One row per customer that ever had a hold; an empty list says that every contact is allowed again.
CREATE TABLE {database}.contact_policy_latest{local}{on_cluster}
(
    customer_id UUID COMMENT 'Customer',
    holds       Array(Tuple(
                    rule LowCardinality(String), purposes Array(LowCardinality(String)), channel LowCardinality(String), about Array(String),
                    until Nullable(DateTime64(6, 'UTC')), ends_with Array(LowCardinality(String)), why String, because Array(UUID)
                )) CODEC(ZSTD(1)) COMMENT 'Rules that a contact would break, and until when',
    changed_at  DateTime64(6, 'UTC') CODEC(ZSTD(1)) COMMENT 'Time of the tick that changed it',
    version     UInt64 CODEC(ZSTD(1)) COMMENT 'Highest wins',
    written_at  DateTime DEFAULT now() CODEC(ZSTD(1)) COMMENT 'When this row was written'
)
ENGINE = {replacing}(version)
ORDER BY customer_id
SETTINGS {window}index_granularity = 1024
COMMENT 'Whom not to contact now; read the view contact_policy instead';

{distributed contact_policy_latest by sipHash64(customer_id)};

-- May we contact this customer now, and if not, until when and why? Whoever is not in here may be contacted.
CREATE VIEW {database}.contact_policy{on_cluster}
(
    customer_id UUID COMMENT 'Customer',
    purpose     LowCardinality(String) COMMENT 'What the contact is for, as the company names it: promo, survey, service, sales',
    channel     LowCardinality(String) COMMENT 'Channel that this is about; empty: every channel',
    about       Array(String) COMMENT 'Only contacts about all of these, such as order:4711, or matter:order:4711 (anything in that matter; matter: for none); empty: whatever the contact is about',
    allowed     Bool COMMENT 'True once hold_until has passed by the clock of the server; a row that holds no more goes away soon after',
    hold_until  Nullable(DateTime64(6, 'UTC')) COMMENT 'Until when to wait; null: until an event of ends_with',
    why         String COMMENT 'One sentence in plain words',
    rule        LowCardinality(String) COMMENT 'Rule that the contact would break',
    ends_with   Array(LowCardinality(String)) COMMENT 'Types of events that end it, or end it sooner',
    because     Array(UUID) COMMENT 'Events that it rests on, oldest first',
    changed_at  DateTime64(6, 'UTC') COMMENT 'When the policy of this customer last changed'
)
AS SELECT
    customer_id, purpose, hold.channel AS channel, hold.about AS about, CAST(ifNull(hold.until < now64(6, 'UTC'), false) AS Bool) AS allowed,
    hold.until AS hold_until, hold.why AS why, hold.rule AS rule, hold.ends_with AS ends_with, hold.because AS because, changed_at
FROM (SELECT customer_id, changed_at, arrayJoin(holds) AS hold FROM {database}.contact_policy_latest FINAL)
ARRAY JOIN hold.purposes AS purpose
COMMENT 'Contacts that would break a rule now: one row per customer, purpose, channel, matter and rule';

ALTER TABLE {database}.ingest_batches{on_cluster}
ADD COLUMN IF NOT EXISTS policies UInt64 COMMENT 'Contact policies in the batch' AFTER alerts;
