"""A feed in a process of its own, which kills itself with SIGKILL at the step that it is told: python feed_process.py SETTINGS."""

import json
import os
import signal
import sys
import time

from sinks.clickhouse import ClickHouseSink, parse
from sinks.feed import Feed, Limits, Member

IDLE = 2.0  # seconds without a message: everything is in


class Nothing:
    """Counts nothing."""

    def wrote(self, topic, messages, rejected, seconds):
        pass

    def behind(self, topic, partition, messages):
        pass

    def troubled(self, error):
        pass


def main(settings):
    left = settings["die_after"]

    def at(step, partition):
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    consumer = Member(
        bootstrap_servers=settings["kafka"],
        group_id=settings["group"],
        group_instance_id=settings["instance"],
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=10_000,
        max_poll_interval_ms=600_000,
    )
    feed = Feed(consumer, ClickHouseSink(parse(settings["clickhouse"])), Nothing(), limits=Limits(messages=150, seconds=0.1), at=at)
    feed.subscribe(settings["topics"])
    last = time.monotonic()
    while time.monotonic() - last < IDLE:
        if feed.step():
            last = time.monotonic()
    consumer.close()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
