"""What rules would have said: the alerts of a history, counted.

The alerts come from the same court and the same book as those of the running system, so they carry the same ids. `Trial` makes those of
one customer; a `Tally` counts those of one rule and remembers of each no more than whom and what it is about.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from heapq import nsmallest
from typing import NamedTuple
from zoneinfo import ZoneInfo

from schemas.alert import Alert
from schemas.clock import Clock
from schemas.rule import Rule
from schemas.touchpoint import Touchpoint
from streams.core.alerts import AlertBook
from streams.core.calendar import moment
from streams.core.rules.court import Court

SAMPLES = 5  # alerts that are shown with their evidence: enough to see what a rule is about, few enough to be read
PER = 1_000  # active customers and month: the unit of `budget`


class Trial(NamedTuple):
    """Rules in front of a history that is complete up to the clock."""

    court: Court
    book: AlertBook
    clock: Clock

    def alerts(self, customer_id: str, touchpoints: Mapping[str, Touchpoint]) -> Collection[Alert]:
        """Every alert of one customer; `touchpoints` by event id."""
        return self.book.alerts(customer_id, touchpoints, self.court.judge(touchpoints.values(), self.clock)).values()


class Activity(NamedTuple):
    """Who had a touchpoint in the period, counted once, and once for each month: what alerts are compared with."""

    customers: int
    customer_months: int


class Overlap(NamedTuple):
    """How many alerts of one rule have an alert of another rule beside them."""

    rule: str
    same_customer: int
    same_matter: int
    share: float  # of all alerts of the one rule, those on the same matter; without a matter those of the same customer


class Verdict(NamedTuple):
    """What a rule would have said in the period."""

    rule: str
    alerts: int
    at_risk: int  # of those: warned in time, not broken
    open: int  # of those: not over at the end of the period
    occurrences: int
    customers_hit: int
    customers: int  # that had a touchpoint in the period
    per_thousand: float  # alerts per 1,000 of those customers and month
    budget: float | None  # what the rule declares; None: nothing
    weeks: tuple[tuple[date, int], ...]  # Monday -> alerts that began in that week; from the first to the last with any
    overlap: tuple[Overlap, ...]  # largest share first
    samples: tuple[Alert, ...]  # oldest first

    @property
    def within_budget(self) -> bool:
        """Does it stay under what it declares?"""
        return self.budget is None or self.per_thousand <= self.budget


class Tally:
    """The alerts of one rule that begin at `since` or later."""

    def __init__(self, name: str, rule: Rule, since: int, timezone: str) -> None:
        self.name, self._rule, self._since, self._zone = name, rule, since, ZoneInfo(timezone)
        self._alerts = self._at_risk = self._open = self._occurrences = 0
        self._hits: dict[str, Counter[str]] = {}  # customer -> matter -> alerts
        self._weeks: Counter[date] = Counter()
        self._samples: list[Alert] = []
        self._beside: dict[str, dict[str, set[str]]] = defaultdict(dict)  # other rule -> customer -> matters

    def add(self, alert: Alert) -> None:
        """Count an alert, if it is one of this rule in the period. Add each once."""
        if alert.rule != self.name or alert.starts_at < self._since:
            return
        self._alerts += 1
        self._at_risk += alert.level == "at_risk"
        self._open += alert.ends_at is None
        self._occurrences += alert.occurrences
        self._hits.setdefault(alert.customer_id or "", Counter())[alert.matter] += 1
        day = moment(alert.starts_at).astimezone(self._zone).date()
        self._weeks[day - timedelta(days=day.weekday())] += 1
        # Ids are hashes: the smallest are a sample that is spread evenly, and the same one every time.
        self._samples = nsmallest(SAMPLES, (*self._samples, alert), key=lambda sample: sample.alert_id)

    def beside(self, rule: str, customer_id: str, matter: str) -> None:
        """There is an alert of another rule; say so once everything has been added."""
        if rule != self.name and customer_id in self._hits:
            self._beside[rule].setdefault(customer_id, set()).add(matter)

    def verdict(self, activity: Activity) -> Verdict:
        """What has been counted, compared with who was active."""
        return Verdict(
            rule=self.name,
            alerts=self._alerts,
            at_risk=self._at_risk,
            open=self._open,
            occurrences=self._occurrences,
            customers_hit=len(self._hits),
            customers=activity.customers,
            per_thousand=self._alerts * PER / max(activity.customer_months, 1),
            budget=self._rule.budget,
            weeks=tuple(_filled(self._weeks)),
            overlap=tuple(sorted(self._overlaps(), key=lambda overlap: (-overlap.share, -overlap.same_customer, overlap.rule))),
            samples=tuple(sorted(self._samples, key=lambda sample: (sample.starts_at, sample.alert_id))),
        )

    def _overlaps(self) -> Iterator[Overlap]:
        for rule, met in self._beside.items():
            same_customer = same_matter = shared = 0
            for customer, matters in met.items():
                for matter, alerts in self._hits[customer].items():
                    same_customer += alerts
                    same_matter += alerts if matter and matter in matters else 0
                    shared += alerts if not matter or matter in matters else 0
            yield Overlap(rule, same_customer, same_matter, shared / self._alerts)


def counted(tallies: Iterable[Tally], alerts: Collection[Alert]) -> None:
    """Count all alerts of some customers; what they have beside each other is known once all are there."""
    for tally in tallies:
        for alert in alerts:
            tally.add(alert)
        for alert in alerts:
            tally.beside(alert.rule, alert.customer_id or "", alert.matter)


def _filled(weeks: Mapping[date, int]) -> Iterator[tuple[date, int]]:
    """Weeks without any belong to the picture."""
    if not weeks:
        return
    week, last = min(weeks), max(weeks)
    while week <= last:
        yield week, weeks.get(week, 0)
        week += timedelta(weeks=1)
