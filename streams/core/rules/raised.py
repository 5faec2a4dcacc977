"""A finding as touchpoints, so that one rule can build on another: `alert.<rule>.opened`, and `alert.<rule>.ended` once it has ended.

They look like the touchpoint that the finding is anchored on, as the key of the finding sees it, but nobody reported them: no source
vouches for their order inside an instant.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from schemas.touchpoint import Touchpoint
from streams.core.rules.finding import Finding
from streams.core.rules.judge import UPSTREAM, Judge


def raised_ids(finding: Finding) -> tuple[str, str]:
    """The event ids of the touchpoints: that it was opened, and that it ended."""
    where = "/".join(("", finding.anchor, *finding.key))
    return f"{finding.rule}.opened{where}", f"{finding.rule}.ended{where}"


def raised(finding: Finding, judge: Judge, anchor: Touchpoint) -> Iterator[Touchpoint]:
    """When it was opened, and when it ended; `judge` is the one that found it."""
    opened, ended = raised_ids(finding)
    like = replace(judge.grouping.narrow(anchor, finding.key), seq=0, source="")
    own = judge.grouping.own(finding.key)
    yield replace(like, event_id=opened, type=f"{UPSTREAM}{finding.rule}.opened", at=finding.since, **own)
    if finding.until is not None:
        yield replace(like, event_id=ended, type=f"{UPSTREAM}{finding.rule}.ended", at=finding.until, **own)
