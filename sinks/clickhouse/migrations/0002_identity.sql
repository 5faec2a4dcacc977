-- What is known of identifiers. Small compared with the timeline and joined everywhere, so never sharded. The customer is part of the key:
-- two families that are about to merge may both have published an identifier under one version, and rows of the timeline carry either.
CREATE TABLE {database}.identity_versions{on_cluster}
(
    identifier_id   UUID COMMENT 'Id of the identifier; joins timeline_events.attributed_id',
    kind            LowCardinality(String) COMMENT 'Kind of identifier, such as email',
    identifier      String CODEC(ZSTD(3)) COMMENT 'kind:value; personal kinds as keyed hashes',
    customer_id     UUID COMMENT 'Customer from this version on; all zeros: nobody, it is shared by too many',
    own_customer_id UUID COMMENT 'Customer that the identifier is by itself, with which rows are stamped before anything is linked',
    first_seen      DateTime64(6, 'UTC') CODEC(ZSTD(1)) COMMENT 'First occurrence of the identifier',
    version         UInt64 CODEC(ZSTD(1)) COMMENT 'Counts up per identifier',
    written_at      DateTime DEFAULT now() CODEC(ZSTD(1)) COMMENT 'When this row was written'
)
ENGINE = {replacing_everywhere}()
ORDER BY (identifier_id, version, customer_id)
SETTINGS {window}index_granularity = 1024
COMMENT 'Every customer that an identifier has belonged to';

CREATE TABLE {database}.identity_map{on_cluster} AS {database}.identity_versions
ENGINE = {replacing_everywhere}(version)
ORDER BY identifier_id
SETTINGS {window}index_granularity = 1024
COMMENT 'The customer of every identifier; read the view identifiers instead';

CREATE MATERIALIZED VIEW {database}.identity_map_mv{on_cluster} TO {database}.identity_map AS
SELECT *
FROM {database}.identity_versions;

-- The way back, for point look-ups of one customer. A superset: identity_overrides decides.
CREATE TABLE {database}.identity_members{on_cluster}
(
    customer_id   UUID COMMENT 'Customer',
    identifier_id UUID COMMENT 'Identifier that belongs or has belonged to it'
)
ENGINE = {replacing_everywhere}()
ORDER BY (customer_id, identifier_id)
SETTINGS {window}index_granularity = 1024
COMMENT 'Identifiers that belong or have belonged to a customer';

CREATE MATERIALIZED VIEW {database}.identity_members_mv{on_cluster} TO {database}.identity_members AS
SELECT customer_id, identifier_id
FROM {database}.identity_versions;

-- Only identifiers whose rows may carry another customer than the current one: an identifier that is and always was its own customer
-- needs no look-up. It is reloaded when the sink refreshes; its lifetime is for servers whose sink is away.
CREATE DICTIONARY {database}.identity_overrides{on_cluster}
(
    identifier_id UUID,
    customer_id UUID
)
PRIMARY KEY identifier_id
SOURCE(CLICKHOUSE({dictionary_login}QUERY '
    SELECT identifier_id, tupleElement(newest, 1) AS customer_id
    FROM (SELECT identifier_id, argMax(tuple(customer_id), version) AS newest, min(customer_id) AS lowest, max(customer_id) AS highest, any(own_customer_id) AS own
          FROM {database}.identity_versions GROUP BY identifier_id)
    WHERE lowest != highest OR highest != own'))
LAYOUT(COMPLEX_KEY_HASHED())
LIFETIME(MIN 240 MAX 360)
COMMENT 'The current customer of identifiers that were ever linked';
