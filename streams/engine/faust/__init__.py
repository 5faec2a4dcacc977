"""The stages on Faust and Kafka: chunks of one partition, tracked sends, bulk state, and a watchdog that crashes rather than guess.

Order for every chunk: outputs acknowledged, then state acknowledged by its changelog, then the offset. The log is the only input and the
stages are deterministic, so a crash is a re-run: the same outputs with the same ids.
"""
