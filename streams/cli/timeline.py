"""`redthread timeline WHO`: one customer's thread across departments, with what broke and why."""

from datetime import datetime
from typing import Annotated, Any, NamedTuple

import typer

from streams.cli.opened import Opened, opened
from streams.cli.options import DATA_FOLDER, Company, Data, Json, Lang, Server, Since, examples
from streams.cli.output import print_json, say
from streams.cli.rule_texts import Language
from streams.cli.thread import Break, Customer, Moment, evidence_of, head, thread
from streams.cli.times import since as instant_of
from streams.cli.who import WHO, the_one

IDENTIFIERS = "SELECT identifier, first_seen FROM identifiers WHERE customer_id = {customer:UUID} ORDER BY first_seen, identifier"
MOMENTS = """
SELECT occurred_at, toString(event_id), type, department, source, direction, channel, team, agent, refs, facts, due_at, attributes
FROM customer_timeline(customer = {customer:UUID}, since = {since:DateTime64(6, 'UTC')}) ORDER BY occurred_at, seq, event_id
"""
BREAKS = """
SELECT starts_at, toString(alert_id), rule, title, status, level, severity, responsible, matter, occurrences, ends_at, summary, cause, evidence
FROM alerts WHERE customer_id = {customer:UUID} AND starts_at >= {since:DateTime64(6, 'UTC')} ORDER BY starts_at, alert_id
"""
EPILOG = examples(
    "redthread timeline order:4711",
    "redthread timeline anna@example.org --since 2026-03-01",
    "redthread timeline crm_id:C-17 --json | jq '.alerts[] | select(.status == \"open\")'",
)


class Story(NamedTuple):
    """Everything that is known of one customer."""

    customer: Customer
    moments: list[Moment]
    breaks: list[Break]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("timeline", epilog=EPILOG)(timeline)


def timeline(
    who: Annotated[str, WHO],
    data: Data = DATA_FOLDER,
    clickhouse: Server = None,
    company: Company = None,
    since: Since = None,
    withdrawn: Annotated[
        bool, typer.Option("--withdrawn", help="Also what was withdrawn: alerts that should never have been raised.")
    ] = False,
    lang: Lang = "en",
    json: Json = False,
) -> None:
    """One customer's thread across departments: every touchpoint, and what broke at the place where it broke."""
    with opened(data, clickhouse, company) as look:
        match = the_one(look, who)
        story = read(look, match.customer_id, instant_of(since, look.zone, look.newest() if since else None), withdrawn, lang)
    if json:
        print_json(_document(story))
        return
    for part in (*head(story.customer, story.moments, story.breaks, look.personal), *thread(story.moments, story.breaks, look.zone)):
        say(part)


def read(look: Opened, customer: str, since: datetime, withdrawn: bool, language: Language) -> Story:
    """The story of one customer from `since` on."""
    moments = [Moment(*row) for row in look.rows(MOMENTS, customer=customer, since=since)]
    breaks = [Break(*row) for row in look.rows(BREAKS, customer=customer, since=since)]
    return Story(
        Customer(customer, [(row[0], row[1]) for row in look.rows(IDENTIFIERS, customer=customer)]),
        moments,
        [
            broken._replace(first_step=look.first_step(broken.rule, language))
            for broken in breaks
            if withdrawn or broken.status != "withdrawn"
        ],
    )


def _document(story: Story) -> dict[str, Any]:
    """The story for programs: the names of the columns of the views."""
    return {
        "customer_id": story.customer.customer_id,
        "identifiers": [{"identifier": identifier, "first_seen": first_seen} for identifier, first_seen in story.customer.identifiers],
        "timeline": [
            {"occurred_at": moment.at} | {name: value for name, value in moment._asdict().items() if name != "at"}
            for moment in story.moments
        ],
        "alerts": [_alert(broken) for broken in story.breaks],
    }


def _alert(broken: Break) -> dict[str, Any]:
    return (
        {"starts_at": broken.at}
        | {name: value for name, value in broken._asdict().items() if name != "at"}
        | {"evidence": evidence_of(broken.evidence)}
    )
