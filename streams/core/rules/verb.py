"""What the four verbs share: compiled selectors and fields, and the words of a verdict."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Protocol

from schemas.rule import Rule, Selector
from schemas.touchpoint import Touchpoint
from streams.core.calendar import Always, duration
from streams.core.rules.finding import Finding, Hearing
from streams.core.rules.selector import Selecting
from streams.core.rules.spans import Span

ROLES = ("after", "then", "unless", "what", "before", "until")  # the selectors that a verb may have


class Context(Protocol):
    """What a company gives every rule."""

    words: Mapping[str, Selector]
    timezone: str


class Verb:
    """One rule's verb, compiled. `judge` looks at the touchpoints of one key, sorted."""

    opening: ClassVar[tuple[str, ...]]  # without a touchpoint of one of these roles there is nothing to judge
    ending: ClassVar[tuple[str, ...]]  # whoever reports one of these could end or excuse a finding

    def __init__(self, name: str, rule: Rule, spec: Any, calendar: Always, context: Context) -> None:
        self.name, self.rule, self.calendar, self.timezone = name, rule, calendar, context.timezone
        chosen: dict[str, Selector] = {role: getattr(spec, role) for role in ROLES if getattr(spec, role, None)}
        if getattr(spec, "pause", None):
            chosen |= {"pause": spec.pause.after, "go": spec.pause.until}
        self.roles: dict[str, Selecting] = {role: Selecting(selector, context.words) for role, selector in chosen.items()}
        self.sure = bool(getattr(spec, "before", None)) if rule.sure is None else rule.sure
        self.grace = duration(spec.grace) if getattr(spec, "grace", None) else 0

    def role(self, name: str) -> Callable[[Touchpoint], bool]:
        """The selector of that role, or one that selects nothing."""
        return self.roles.get(name) or _nothing

    def judge(self, group: Sequence[Touchpoint], hearing: Hearing) -> None:
        """Add what is found to the hearing."""
        raise NotImplementedError

    def known(self, hits: list[Touchpoint], hearing: Hearing, grace: int = 0) -> list[Touchpoint]:
        """A rule that has to be sure counts a hit only once everybody concerned has been heard up to it."""
        if not self.sure:
            return hits
        hearing.wakes += [t.at + grace for t in hits]
        return [t for t in hits if t.at + grace <= hearing.now]

    def over(self, span: Span, hearing: Hearing) -> int | None:
        """When a span ended, if that is known: a touchpoint ended it, or its time ran out and everybody was heard."""
        if span.closers:
            return span.end
        hearing.wakes.append(span.expires)
        return span.expires if span.expires <= hearing.now else None

    def found(
        self, hearing: Hearing, anchor: Touchpoint, since: int, until: int | None, hits: list[Touchpoint], more: Sequence[Touchpoint]
    ) -> None:
        """The rule is broken."""
        evidence = frozenset(t.event_id for t in (anchor, *hits, *more))
        broken = tuple((t.event_id, t.at) for t in hits)
        hearing.findings.append(Finding(self.name, hearing.key, anchor.event_id, "broken", since, until, broken, evidence, len(hits)))


def _nothing(_: Touchpoint) -> bool:
    return False
