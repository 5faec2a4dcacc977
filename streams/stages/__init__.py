"""The three pure functions of the pipeline: ingest, identify, customer."""
