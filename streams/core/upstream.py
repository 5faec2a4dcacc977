"""What stands behind a finding of a rule that builds on another rule: touchpoints that somebody reported.

Such a rule sees the findings of the other one as touchpoints, whose ids are made of that finding. People and tools that follow the
evidence of an alert must end at real events, so those ids are replaced by the evidence of the finding, as deep as rules build on rules.
"""

from collections.abc import Iterable, Iterator, Mapping

from schemas.touchpoint import Touchpoint
from streams.core.rules.finding import Finding
from streams.core.rules.raised import raised_ids


def anchored_on(event_id: str, touchpoints: Mapping[str, Touchpoint]) -> Touchpoint:
    """The touchpoint that a finding is anchored on; one that is anchored on another finding, on the anchor of that."""
    touchpoint = touchpoints.get(event_id)
    if touchpoint is None:  # rule.opened/anchor/key..., where the anchor may be such an id again; event ids are UUIDs
        return next(touchpoints[part] for part in event_id.split("/") if part in touchpoints)
    return touchpoint


class Upstream:
    """The findings of one customer, by the ids of the touchpoints that other rules see in their place."""

    def __init__(self, findings: Iterable[Finding], touchpoints: Mapping[str, Touchpoint]) -> None:
        self._touchpoints = touchpoints
        self._findings = findings
        self._by_id: dict[str, Finding] | None = None

    def behind(self, event_ids: Iterable[str]) -> list[Touchpoint]:
        """The touchpoints of the evidence, oldest first."""
        found = {touchpoint.event_id: touchpoint for event_id in event_ids for touchpoint in self._real(event_id)}
        return sorted(found.values(), key=lambda touchpoint: touchpoint.order)

    def anchor(self, event_id: str) -> Touchpoint:
        """See `anchored_on`."""
        return anchored_on(event_id, self._touchpoints)

    def _real(self, event_id: str) -> Iterator[Touchpoint]:
        touchpoint = self._touchpoints.get(event_id)
        if touchpoint is not None:
            yield touchpoint
        else:
            for behind in self._raised()[event_id].evidence:
                yield from self._real(behind)

    def _raised(self) -> dict[str, Finding]:
        """By the ids under which other rules see them; one that is only at risk is seen by no other rule."""
        if self._by_id is None:
            self._by_id = {event_id: finding for finding in self._findings if finding.level == "broken" for event_id in raised_ids(finding)}
        return self._by_id
