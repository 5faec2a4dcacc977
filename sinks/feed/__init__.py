"""The feed: from the public topics into ClickHouse, each message exactly once in effect, whatever is killed when."""

from sinks.feed.batch import Limits
from sinks.feed.feed import Feed, Meter
from sinks.feed.pending import Pending

__all__ = ["Feed", "Limits", "Meter", "Pending"]
