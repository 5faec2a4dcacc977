"""The contact policy of a customer, in words: which rules one more contact would break, until when, and why.

A customer without holds has no policy: whatever is not mentioned is allowed. One that had holds and has none any more is published once
more, with none.
"""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from schemas.contact import ContactHold, ContactPolicy
from schemas.touchpoint import Touchpoint
from streams.core.evidence import shown
from streams.core.rules.asked import Hold
from streams.core.rules.court import Court, Judgement
from streams.core.summary import reason
from streams.core.upstream import Upstream


class ContactBook:
    """What the rules of a company say of a contact before it happens."""

    def __init__(self, court: Court, *, timezone: str) -> None:
        self._asked = {asked.judge.name: asked for asked in court.contacts.asked}
        self._zone = ZoneInfo(timezone)

    def policy(self, customer_id: str, touchpoints: Mapping[str, Touchpoint], judgement: Judgement) -> dict[str, ContactPolicy]:
        """The policy by customer id; nothing for a customer whom no rule protects at the moment. `touchpoints` by event id."""
        if not judgement.holds:
            return {}
        upstream = Upstream(judgement.findings, touchpoints)
        holds = tuple([self._told(hold, upstream) for hold in judgement.holds])
        return {customer_id: ContactPolicy(customer_id=customer_id, holds=holds)}

    def _told(self, hold: Hold, upstream: Upstream) -> ContactHold:
        evidence = upstream.behind(hold.because)
        asked = self._asked[hold.rule]
        return ContactHold(
            rule=hold.rule,
            purposes=hold.purposes,
            channel=hold.channel,
            about=hold.about,
            until=hold.until,
            ends_with=asked.ends_with,
            why=reason(asked.judge.rule.title, evidence, asked.ends_with, self._zone),
            because=tuple(t.event_id for t in shown(evidence)),
        )


def changes(ledger: Mapping[str, ContactPolicy], present: Mapping[str, ContactPolicy], now: int, version: int) -> list[ContactPolicy]:
    """What to publish: policies that differ from what was published last, and an empty one for customers who had holds."""
    published = [
        replace(policy, changed_at=now, version=version)
        for customer_id, policy in present.items()
        if customer_id not in ledger or ledger[customer_id].holds != policy.holds
    ]
    gone = [policy for policy in ledger.values() if policy.holds and policy.customer_id not in present]
    return published + [replace(policy, holds=(), changed_at=now, version=version) for policy in gone]
