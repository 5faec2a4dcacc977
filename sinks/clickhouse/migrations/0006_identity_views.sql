CREATE VIEW {database}.identifiers{on_cluster}
(
    identifier_id UUID COMMENT 'Id of the identifier; joins timeline.attributed_id',
    kind          LowCardinality(String) COMMENT 'Kind of identifier, such as email',
    identifier    String COMMENT 'kind:value; personal kinds as keyed hashes',
    customer_id   UUID COMMENT 'Customer that it belongs to; all zeros: nobody, it is shared by too many',
    shared        Bool COMMENT 'Shared by too many to identify anybody',
    first_seen    DateTime64(6, 'UTC') COMMENT 'First occurrence of the identifier',
    changes       UInt64 COMMENT 'How often its customer has changed',
    version       UInt64 COMMENT 'Version of this state'
)
AS SELECT identifier_id, kind, identifier, customer_id, CAST(customer_id = toUUID('00000000-0000-0000-0000-000000000000') AS Bool) AS shared, first_seen, version - 1 AS changes, version
FROM {database}.identity_map FINAL
COMMENT 'Every identifier and the customer that it belongs to';

CREATE VIEW {database}.identity_changes{on_cluster}
(
    identifier_id UUID COMMENT 'Id of the identifier; joins timeline.attributed_id',
    kind          LowCardinality(String) COMMENT 'Kind of identifier, such as email',
    identifier    String COMMENT 'kind:value; personal kinds as keyed hashes',
    customer_id   UUID COMMENT 'Customer from this version on; all zeros: nobody, it is shared by too many',
    first_seen    DateTime64(6, 'UTC') COMMENT 'First occurrence of the identifier, as known then',
    version       UInt64 COMMENT 'Counts up per identifier',
    written_at    DateTime COMMENT 'When the change was written'
)
AS SELECT identifier_id, kind, identifier, customer_id, first_seen, version, written_at
FROM {database}.identity_versions FINAL
COMMENT 'Every customer that an identifier has belonged to, in versions';
