"""`redthread alerts acknowledge | silence | unsilence`: what people say about alerts, on the record with who and when."""

from datetime import datetime
from typing import Annotated

import typer

from schemas.command import ACKNOWLEDGED, RULE, SILENCED, Command
from schemas.touchpoint import Scalar
from streams.cli import alert_targets
from streams.cli.alert_targets import Target
from streams.cli.opened import Opened, opened
from streams.cli.options import DATA_FOLDER, Company, Data, Json, Server, examples
from streams.cli.output import complain, out
from streams.cli.say import By, Note, Place, To, microseconds, noted, now, speaker
from streams.cli.times import until as end_of

Ids = Annotated[list[str], typer.Argument(metavar="ALERT_ID...", help="Ids of alerts, or their beginnings.")]
Some = Annotated[list[str] | None, typer.Argument(metavar="[ALERT_ID]...", help="Ids of alerts, or their beginnings.")]
Customer = Annotated[str | None, typer.Option("--customer", metavar="WHO", help="All alerts of one customer, named as for `timeline`.")]
Matter = Annotated[str | None, typer.Option("--matter", metavar="KIND:REF", help="All alerts about one matter, such as order:4711.")]
Rule = Annotated[
    str | None, typer.Option("--rule", metavar="NAME", help="Only of this rule; alone: of this rule for everybody, as during an incident.")
]


def register(alerts: typer.Typer) -> None:
    """Add the commands."""
    alerts.command(
        "acknowledge",
        epilog=examples(
            "redthread alerts acknowledge 7f3c2a10", 'redthread alerts acknowledge 7f3c2a10 91b2 --useful --by anna --note "called back"'
        ),
    )(acknowledge)
    alerts.command(
        "silence",
        epilog=examples(
            "redthread alerts silence 7f3c2a10 --until 2d",
            "redthread alerts silence --customer anna@example.org --rule too_many_contacts --until 2026-04-01",
            'redthread alerts silence --rule late_delivery --until 12h --note "the carrier is on strike"',
        ),
    )(silence)
    alerts.command("unsilence", epilog=examples("redthread alerts unsilence 7f3c2a10", "redthread alerts unsilence --rule late_delivery"))(
        unsilence
    )


def acknowledge(
    alert_ids: Ids,
    useful: Annotated[bool | None, typer.Option("--useful/--not-useful", help="Was it of use? Counted by the view rule_quality.")] = None,
    note: Note = "",
    by: By = None,
    data: Data = DATA_FOLDER,
    clickhouse: Server = None,
    company: Company = None,
    kafka: To = None,
    json: Json = False,
) -> None:
    """Say that somebody takes care of alerts; they stay acknowledged until what is broken has ended.

    An alert of a rule across customers shows it at once or, when something had been said about it before, once its rule is asked next
    (`redthread watch`, or the next run); only then is it a change of its own.
    """
    who, at = speaker(by), now()
    said: tuple[tuple[str, Scalar], ...] = noted(note) if useful is None else (("useful", useful), *noted(note))
    with opened(data, clickhouse, company) as look:
        targets = [alert_targets.alert(look, name) for name in alert_ids]
        commands = [Command(ACKNOWLEDGED, who, microseconds(at), t.known, t.refs, attributes=said) for t in targets]
        Place(data, clickhouse, kafka).say(look, commands, json=json)
    _tell("acknowledged", targets, json)


def silence(
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="For so long, or until this day or time: 2d, 2026-03-01.")],
    alert_ids: Some = None,
    customer: Customer = None,
    matter: Matter = None,
    rule: Rule = None,
    note: Note = "",
    by: By = None,
    data: Data = DATA_FOLDER,
    clickhouse: Server = None,
    company: Company = None,
    kafka: To = None,
    json: Json = False,
) -> None:
    """Hear nothing of some alerts for a while. They go on, and come back when the time is over; what was said last counts.

    An alert of a rule across customers shows it at once or, when something had been said about it before, once its rule is asked next
    (`redthread watch`, or the next run); only then is it a change of its own. So it is with --customer for those that name the customer;
    --matter does not concern them. --rule alone lies over the alerts of a rule inside one customer as they are read, and changes none.
    """
    who, at = speaker(by), now()
    with opened(data, clickhouse, company) as look:
        targets = _targets(look, alert_ids or [], customer, matter, rule)
        for target in targets:
            if target.status in ("resolved", "withdrawn"):
                complain(f"{target.shown} (it is {target.status}: there is nothing to silence)")
                raise typer.Exit(1)
        end = end_of(until, look.zone, at)
        Place(data, clickhouse, kafka).say(look, _silences(targets, who, at, end, rule, note), json=json)
        _tell(f"silenced until {end.astimezone(look.zone):%Y-%m-%d %H:%M}", targets, json)


def unsilence(
    alert_ids: Some = None,
    customer: Customer = None,
    matter: Matter = None,
    rule: Rule = None,
    note: Note = "",
    by: By = None,
    data: Data = DATA_FOLDER,
    clickhouse: Server = None,
    company: Company = None,
    kafka: To = None,
    json: Json = False,
) -> None:
    """Take a silence back: hear again of what is named, from now on."""
    who, at = speaker(by), now()
    with opened(data, clickhouse, company) as look:
        targets = _targets(look, alert_ids or [], customer, matter, rule)
        Place(data, clickhouse, kafka).say(look, _silences(targets, who, at, at, rule, note), json=json)
    _tell("no longer silenced", targets, json)


def _targets(look: Opened, alert_ids: list[str], customer: str | None, matter: str | None, rule: str | None) -> list[Target]:
    if alert_ids:
        if customer or matter or rule:
            raise typer.BadParameter("an alert is named by its id alone; leave --customer, --matter and --rule out")
        return [alert_targets.alert(look, name) for name in alert_ids]
    name = alert_targets.rule(look, rule)
    if matter:
        return alert_targets.matters(look, matter, customer)
    if customer:
        return [alert_targets.customer(look, customer)]
    if name is None:
        raise typer.BadParameter("say which alerts: by ALERT_ID, --customer, --matter or --rule")
    return [Target((), (), f"rule {name} for everybody")]


def _silences(targets: list[Target], by: str, at: datetime, until: datetime, rule: str | None, note: str) -> list[Command]:
    said = noted(note) if rule is None else ((RULE, rule), *noted(note))
    return [Command(SILENCED, by, microseconds(at), t.known, t.refs, microseconds(until), said) for t in targets]


def _tell(what: str, targets: list[Target], json: bool) -> None:
    for target in () if json else targets:
        out.print(f"{what}: {target.shown}", markup=False, soft_wrap=True)
