"""The feed: from the public topics into ClickHouse, each message exactly once in effect, whatever is killed when."""

from sinks.feed.batch import Limits
from sinks.feed.feed import Feed, Meter
from sinks.feed.member import Member
from sinks.feed.pending import Pending
from sinks.feed.together import run_together

__all__ = ["Feed", "Limits", "Member", "Meter", "Pending", "run_together"]
