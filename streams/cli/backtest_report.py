"""What `redthread rules backtest` says: progress while it works, one part for each rule, or JSON for programs."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from schemas.alert import Alert
from schemas.company import Company
from streams.cli.output import Format, err, instant, print_rows, say, shown
from streams.core.backtest import Verdict

BAR = 40  # characters of the longest bar
WEEKS_SHOWN = 60  # on a terminal; JSON has all
OVERLAPS_SHOWN = 8
EVIDENCE_SHOWN = 6  # touchpoints of a sample; the newest say most


class Outcome(NamedTuple):
    """What a back-test came to; instants in microseconds."""

    verdicts: Sequence[Verdict]
    company: Company
    touchpoints: int
    since: int | None  # None: from the beginning
    now: int


@contextmanager
def counting(what: str, total: int) -> Iterator[Callable[[int], object]]:
    """A bar on a terminal; call it with how many more are done."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TextColumn("{task.completed:,} of {task.total:,} touchpoints"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(what, total=max(total, 1))
        yield lambda more: bar.advance(task, more)


def document(outcome: Outcome) -> dict[str, Any]:
    """Everything, for programs."""
    return {
        "from": None if outcome.since is None else instant(outcome.since),
        "to": instant(outcome.now),
        "touchpoints": outcome.touchpoints,
        "within_budget": all(verdict.within_budget for verdict in outcome.verdicts),
        "rules": [_rule(verdict, outcome.company) for verdict in outcome.verdicts],
    }


def _rule(verdict: Verdict, company: Company) -> dict[str, Any]:
    rule = company.rules[verdict.rule]
    return {
        **verdict._asdict(),
        "title": rule.title,
        "severity": rule.severity,
        "within_budget": verdict.within_budget,
        "weeks": [{"week": week, "alerts": alerts} for week, alerts in verdict.weeks],
        "overlap": [overlap._asdict() for overlap in verdict.overlap],
        "samples": [_sample(alert) for alert in verdict.samples],
    }


def _sample(alert: Alert) -> dict[str, Any]:
    return {
        "alert_id": alert.alert_id,
        "status": alert.status,
        "level": alert.level,
        "customer_id": alert.customer_id,
        "matter": alert.matter,
        "starts_at": instant(alert.starts_at),
        "ends_at": None if alert.ends_at is None else instant(alert.ends_at),
        "occurrences": alert.occurrences,
        "summary": alert.summary,
        "evidence": [
            {"event_id": item.event_id, "at": instant(item.at), "type": item.type, "department": item.department} for item in alert.evidence
        ],
    }


def show(outcome: Outcome) -> None:
    """The same for people."""
    zone = ZoneInfo(outcome.company.timezone)
    begin = "the beginning" if outcome.since is None else f"{instant(outcome.since).astimezone(zone):%Y-%m-%d %H:%M}"
    say(Text(f"{outcome.touchpoints:,} touchpoints, from {begin} to {instant(outcome.now).astimezone(zone):%Y-%m-%d %H:%M}", style="dim"))
    for verdict in outcome.verdicts:
        _show_rule(verdict, outcome.company.rules[verdict.rule].title, zone)


def _show_rule(verdict: Verdict, title: str, zone: ZoneInfo) -> None:
    say(Text.assemble("\n", (title, "bold"), f"  {verdict.rule}"))
    details = "".join(
        f", {number:,} {what}" for number, what in ((verdict.open, "still open"), (verdict.at_risk, "warned in time")) if number
    )
    say(
        Text(
            f"  {verdict.alerts:,} alerts{details}; {verdict.occurrences:,} occurrences, {verdict.customers_hit:,} of {verdict.customers:,} customers"
        )
    )
    _show_budget(verdict)
    most = max((alerts for _, alerts in verdict.weeks), default=0)
    for week, alerts in verdict.weeks[-WEEKS_SHOWN:]:
        say(Text.assemble((f"  {week:%Y-%m-%d} ", "dim"), f"{alerts:>7,} ", ("█" * -(-alerts * BAR // most), "yellow")))
    if verdict.overlap:
        say(Text("\n  beside alerts of other rules", style="dim"))
        rows = [(o.rule, f"{o.share:.0%}", f"{o.same_matter:,}", f"{o.same_customer:,}") for o in verdict.overlap[:OVERLAPS_SHOWN]]
        print_rows(("  rule", "share", "same matter", "same customer"), [(f"  {row[0]}", *row[1:]) for row in rows], Format.table)
    for alert in verdict.samples:
        _show_sample(alert, zone)


def _show_budget(verdict: Verdict) -> None:
    rate = f"  {verdict.per_thousand:,.1f} alerts per 1,000 active customers and month"
    if verdict.budget is None:
        say(Text(f"{rate}; the rule declares no budget"))
    else:
        over, style = ("within", "green") if verdict.within_budget else ("above", "red")
        say(Text(f"{rate}, {over} its budget of {verdict.budget:,g}", style=style))


def _show_sample(alert: Alert, zone: ZoneInfo) -> None:
    about = alert.matter or f"customer {alert.customer_id}"
    say(Text.assemble(("\n  for example ", "dim"), f"{about}: {alert.summary}"))
    if len(alert.evidence) > EVIDENCE_SHOWN:
        say(Text(f"    … {len(alert.evidence) - EVIDENCE_SHOWN} before", style="dim"))
    for item in alert.evidence[-EVIDENCE_SHOWN:]:
        say(Text(f"    {shown(instant(item.at).astimezone(zone))}  {item.department:<12} {item.type}  {item.event_id}", style="dim"))
