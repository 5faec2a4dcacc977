-- A server without Keeper notes the token of a batch a moment before it has the rows: killed between the two, it takes the repetition of the
-- batch for known, and the rows are lost. So a token is good for one life of the server: what a life did not acknowledge is written again in
-- the next, and the tables keep one row per key and version. With Keeper both are one transaction, and a token outlives its server.
CREATE DICTIONARY {database}.server_life{on_cluster}
(
    key UInt64,
    life UUID
)
PRIMARY KEY key
SOURCE(CLICKHOUSE({dictionary_login}QUERY 'SELECT 0 AS key, {life} AS life'))
LAYOUT(FLAT())
LIFETIME(0)
COMMENT 'One id for as long as the server runs: part of the tokens of what is written';
