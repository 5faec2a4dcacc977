ALTER TABLE {database}.ingest_batches{on_cluster}
MODIFY COMMENT 'What the sink wrote, batch by batch, listed every few seconds: after a crash the last ones may be missing';
