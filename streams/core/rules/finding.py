"""What a rule says about a history: its findings, and when its answer can change."""

from dataclasses import dataclass, field

from msgspec import Struct

from schemas.alert import Level
from schemas.touchpoint import NEVER, Touchpoint


class Finding(Struct, frozen=True):
    """A rule is broken, or is about to be. Equal histories give equal findings, whatever the order of arrival."""

    rule: str
    key: tuple[str, ...]  # values of the fields it is judged by; () for customer and matter
    anchor: str  # event id: does not depend on customer, matter or arrival
    level: Level
    since: int
    until: int | None  # None: it is still going on
    hits: tuple[tuple[str, int], ...]  # (event id, instant) of what broke the rule, oldest first
    evidence: frozenset[str]  # event ids
    size: int  # occurrences; pairs for `limit`

    @property
    def id(self) -> tuple[str, tuple[str, ...], str]:
        return self.rule, self.key, self.anchor


@dataclass(slots=True)
class Hearing:
    """One rule in front of one customer: what is known of time, and what the verb has found so far."""

    now: int  # the clock of those whom the rule hears
    cut: int | None = None  # fold: collect what is still needed to judge anything from here on
    key: tuple[str, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    wakes: list[int] = field(default_factory=list)  # instants of that clock at which the findings can change, passed or not
    keep: list[Touchpoint] = field(default_factory=list)  # before the cut, and still needed to judge anything from it on

    def wake_after(self, now: int) -> int:
        """The next instant at which the findings can change; NEVER if they cannot."""
        return min([at for at in self.wakes if at > now], default=NEVER)
