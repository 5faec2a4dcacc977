"""The pipeline: pure core, stages, sources, engines and the command line."""
