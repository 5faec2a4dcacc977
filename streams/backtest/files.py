"""A back-test over files: they go through the stages of a run, and its alerts are kept instead of tables.

Stream state lies in a folder that is thrown away, so memory does not grow with the files; what is kept is an id for each identifier,
and the alerts.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from schemas.alert import Alert
from schemas.company import Company, ContactRules
from schemas.dead_letter import DeadLetter
from schemas.identity import Arrived, IdentityChange
from schemas.plain import Published
from schemas.source import Source
from schemas.timeline import TimelineEntry
from streams.config import alerts_of, contacts_of, court_of
from streams.core.backtest import Activity
from streams.core.calendar import US, moment
from streams.core.identity import IdentityRules
from streams.core.journeys import JourneyBook
from streams.engine.backfill import Backfill, Input, Progress
from streams.engine.embedded import EmbeddedEngine
from streams.engine.store import RocksStore
from streams.sources.record import Record
from streams.stages.customer import CustomerStage
from streams.stages.ingest import Ingest
from streams.stages.step import Send

Report = Callable[[Progress, Input | None], None]


class Files(NamedTuple):
    """What files came to."""

    alerts: list[Alert]  # of all rules that are on
    touchpoints: int
    activity: Activity
    now: int  # when the clocks were closed


class Kept:
    """A sink that keeps of alerts and identities what stands at the end."""

    def __init__(self, since: int) -> None:
        self._since = since
        self._alerts: dict[str, Alert] = {}
        self._customers: dict[str, str | None] = {}  # identifier -> customer; nobody when it is shared by too many
        self._touched: set[tuple[str, int, int]] = set()  # identifier that stands for the customer, year and month, in the period

    def write(self, token: str, outputs: Iterable[Published]) -> Sequence[DeadLetter]:
        for output in outputs:
            if isinstance(output, Alert):
                self._alerts[output.alert_id] = max(output, self._alerts.get(output.alert_id, output), key=lambda alert: alert.version)
            elif isinstance(output, IdentityChange):
                self._customers[output.identifier] = output.customer_id
            elif isinstance(output, TimelineEntry) and output.touchpoint.at >= self._since and output.attributed_to is not None:
                at = moment(output.touchpoint.at)
                self._touched.add((output.attributed_to, at.year, at.month))
        return ()

    def alerts(self) -> list[Alert]:
        """Those that stand."""
        return [alert for alert in self._alerts.values() if alert.status != "withdrawn"]

    def activity(self) -> Activity:
        """Who had a touchpoint in the period."""
        months = {(self._customers[name], *month) for name, *month in self._touched if self._customers.get(name)}
        return Activity(len({customer for customer, *_ in months}), len(months))


class UpTo:
    """Ingest that knows nothing of what happened later."""

    def __init__(self, company: Company, secret: bytes, now: int | None) -> None:
        self._ingest, self._now = Ingest(company, secret), now

    def __call__(self, source: Source, record: Record) -> tuple[Send | DeadLetter, ...]:
        messages = self._ingest.ingest(source, record)
        return messages if self._now is None else tuple(message for message in messages if not self._is_later(message))

    def _is_later(self, message: Send | DeadLetter) -> bool:
        if isinstance(message, DeadLetter) or self._now is None:
            return False
        said = message.message
        at: int = said.touchpoint.at if isinstance(said, Arrived) else getattr(said, "at", self._now)
        return at > self._now


def over_files(company: Company, inputs: Sequence[Input], secret: bytes, since: int, now: int | None, report: Report) -> Files:
    """All rules of the company that are on; `now` closes the clocks, None at the newest event."""
    identity = IdentityRules.of(company)
    court = court_of(company.model_copy(update={"contact_policy": ContactRules()}))
    journeys = JourneyBook({}, words=company.words, matter=company.matter)
    stage = CustomerStage(identity, court, alerts_of(company), journeys, contacts_of(company, court))
    kept = Kept(since)
    with (
        TemporaryDirectory(prefix="redthread-") as folder,
        RocksStore(Path(folder)) as store,
        closing(EmbeddedEngine(identity, stage, store, kept)) as engine,
    ):
        backfill = Backfill(
            engine,
            UpTo(company, secret, now),
            store,
            version="",
            longest=company.max_record,
            received_at=int(datetime.now(UTC).timestamp() * US),
            report=report,
        )
        done = backfill.run(inputs, now)
    return Files(kept.alerts(), done.touchpoints, kept.activity(), done.newest if now is None else now)
