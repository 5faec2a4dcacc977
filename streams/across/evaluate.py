"""Ask, compare with the ledger, publish: rules across customers as of an instant.

A rule whose query fails is reported and keeps its alerts as they are; the others go on. Two processes that evaluate at one time publish
the same ids and versions, because both are made of the tables alone; whichever row of one version stays, the next evaluation compares it
with the truth.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from schemas.alert import Alert
from schemas.company import Company
from sinks.clickhouse import InvalidQuery, Reader
from streams.across.ask import findings, ledger, opened_at, said
from streams.core.across import ENDED, Across, Finding, UnusableAnswer, was_right
from streams.core.alert_changes import Evaluation
from streams.core.calendar import duration
from streams.core.commands import Word

BUDGETED = duration("30d")  # a budget is for a month
LATELY = duration("30d")  # what ended in this time may have been a mistake: what would have shown it was late on its way
LOOKED_AT_AGAIN = 20  # instants at which such alerts were opened, the last ones: each of them is a query

Publish = Callable[[str, Sequence[Alert]], object]  # token, alerts


class Verdict(NamedTuple):
    """What became of one rule. `problem`: why it could not be asked; nothing has changed then."""

    rule: str
    findings: int = 0
    changes: tuple[Alert, ...] = ()
    opened: int = 0  # alerts that began in the last 30 days, those of now too
    budget: float | None = None
    problem: str = ""

    @property
    def within_budget(self) -> bool:
        """Does it speak as rarely as it should?"""
        return self.budget is None or self.opened <= self.budget


class Evaluator:
    """The rules across customers of one company."""

    def __init__(self, company: Company, reader: Reader, publish: Publish) -> None:
        self._company, self._reader, self._publish = company, reader, publish
        self.rules = {name: Across(name, rule, timezone=company.timezone) for name, rule in company.across.items()}
        self._published: dict[str, Alert] = {}  # not in the table yet, it may be: the sink writes a moment later

    def evaluate(self, now: int, names: Iterable[str] | None = None, *, historical: bool = False) -> tuple[Verdict, ...]:
        """Every rule, or these, as of `now`; alerts of rules that are switched off are withdrawn."""
        return tuple(self._evaluate(self.rules[name], now, historical) for name in (self.rules if names is None else names))

    def _evaluate(self, across: Across, now: int, historical: bool) -> Verdict:
        known = self._ledger(across.name)
        if any(alert.changed_at > now for alert in known.values()):
            return Verdict(across.name, problem="its alerts are of a later instant than this one; time does not go back")
        this = Evaluation(
            version=max((alert.version for alert in known.values()), default=0) + 1,
            now=now,
            live_since=now if historical else 0,
            rules={across.name: across.version} if across.rule.enabled else {},
        )
        try:
            found = self._findings(across, now)
            outcome = across.judge(known, found, self._right(across, known, found, now), this, self._said(found))
        except (InvalidQuery, UnusableAnswer) as error:
            return Verdict(across.name, problem=str(error))
        if outcome.changes:
            self._publish(f"across:{across.name}:{this.version}:{now}", outcome.changes)
            self._published |= {alert.alert_id: alert for alert in outcome.changes}
        after = {**known, **{alert.alert_id: alert for alert in outcome.changes}}.values()
        opened = sum(alert.status != "withdrawn" and now - BUDGETED < alert.starts_at <= now for alert in after)
        return Verdict(across.name, outcome.findings, tuple(outcome.changes), opened, across.rule.budget)

    def _ledger(self, rule: str) -> dict[str, Alert]:
        """What the table says, or what was published since."""
        written = ledger(self._reader, [rule])
        ahead = {
            name: alert
            for name, alert in self._published.items()
            if alert.rule == rule and (name not in written or written[name].version < alert.version)
        }
        self._published = {name: alert for name, alert in self._published.items() if alert.rule != rule or name in ahead}
        return written | ahead

    def _findings(self, across: Across, now: int) -> tuple[Finding, ...]:
        return findings(self._reader, across, self._company, now) if across.rule.enabled else ()

    def _said(self, found: Sequence[Finding]) -> Sequence[Word]:
        return said(self._reader, {finding.customer_id for finding in found if finding.customer_id}) if found else ()

    def _right(self, across: Across, known: Mapping[str, Alert], found: Sequence[Finding], now: int) -> dict[str, bool]:
        """Of those that have no finding any more: were they right when they were opened?"""
        ours = [a for a in across.gone(known, found, now - LATELY) if across.rule.enabled and a.rule_version == across.version]
        if not ours:
            return {}
        opened = opened_at(self._reader, [across.name])
        asked = [(alert, opened.get(alert.alert_id, alert.changed_at)) for alert in ours]
        again = sorted({at for alert, at in asked if alert.status in ENDED})[-LOOKED_AT_AGAIN:]
        going_on = {at for alert, at in asked if alert.status not in ENDED}
        then = {at: self._findings(across, at) for at in {*going_on, *again}}
        return {alert.alert_id: was_right(alert, at, then[at]) for alert, at in asked if at in then}
