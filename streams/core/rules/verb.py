"""What the four verbs share: compiled selectors, and the words of a verdict."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Protocol

from schemas.rule import Rule, Selector
from schemas.touchpoint import Touchpoint
from streams.core.calendar import UNIT, Always, duration
from streams.core.rules.finding import Finding, Hearing
from streams.core.rules.selector import Selecting
from streams.core.rules.spans import Span

ROLES = ("after", "then", "unless", "what", "before", "until")  # the selectors that a verb may have
CLOSING = ("then", "unless", "until", "before", "pause", "go")
OPENING = ("after", "what")
DURATIONS = ("within", "grace", "warn")
LONGEST = 100 * 365 * UNIT["d"]  # longer than any customer; keeps due times within what a calendar can count


class Context(Protocol):
    """What a company gives every rule."""

    @property
    def words(self) -> Mapping[str, Selector]: ...

    @property
    def timezone(self) -> str: ...


class Verb(ABC):
    """One rule's verb, compiled. `judge` looks at the touchpoints of one key, sorted."""

    ending: ClassVar[tuple[str, ...]]  # whoever reports one of these could end or excuse a finding

    def __init__(self, name: str, rule: Rule, spec: Any, calendar: Always, context: Context) -> None:
        self.name, self.calendar, self.timezone = name, calendar, context.timezone
        chosen: dict[str, Selector] = {role: getattr(spec, role) for role in ROLES if getattr(spec, role, ())}
        if getattr(spec, "pause", None):
            chosen |= {"pause": spec.pause.after, "go": spec.pause.until}
        self.roles: dict[str, Selecting] = {}
        for role, selector in chosen.items():
            try:
                self.roles[role] = Selecting(selector, context.words)
            except ValueError as error:
                raise ValueError(f"{field_of(role)}: {error}") from None
        for field in DURATIONS:
            self._check_duration(field, getattr(spec, field, None))
        self.sure = bool(getattr(spec, "before", None)) if rule.sure is None else rule.sure
        self.grace = duration(spec.grace) if getattr(spec, "grace", None) else 0

    @property
    def needs(self) -> tuple[str, ...]:
        """Without a touchpoint of each of these roles there is nothing to find."""
        return ("what",)

    @property
    def least(self) -> int:
        """With fewer touchpoints than this there is nothing to find."""
        return 1

    def listens_to(self) -> tuple[str, ...]:
        """The roles whose reporters have to be complete before a finding is certain."""
        return tuple(role for role in self.ending if role in self.roles)

    def role(self, name: str) -> Callable[[Touchpoint], bool]:
        """The selector of that role, or one that selects nothing."""
        return self.roles.get(name) or _nothing

    def any_of(self, roles: Sequence[str]) -> Callable[[Touchpoint], bool]:
        """Selected by one of those roles."""
        chosen = [self.roles[role] for role in roles if role in self.roles]
        together = Selecting((), {})
        for selecting in chosen:
            together |= selecting
        return together

    @abstractmethod
    def judge(self, group: Sequence[Touchpoint], hearing: Hearing) -> None:
        """Add what is found to the hearing."""

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
        evidence = frozenset([anchor.event_id, *[t.event_id for t in hits], *[t.event_id for t in more]])
        broken = tuple([(t.event_id, t.at) for t in hits])
        hearing.findings.append(Finding(self.name, hearing.key, anchor.event_id, "broken", since, until, broken, evidence, len(hits)))

    def _check_duration(self, field: str, text: str | None) -> None:
        if text is not None and duration(text) > LONGEST:
            raise ValueError(f"{field}: {text} is longer than a hundred years")


def field_of(role: str) -> str:
    """The field of the rule that the role is written in."""
    return {"pause": "pause.after", "go": "pause.until"}.get(role, role)


def _nothing(_: Touchpoint) -> bool:
    return False
