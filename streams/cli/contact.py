"""`redthread contact WHO`: may this customer be contacted now, and if not, until when and why.

The answer is what the rules say of one more contact, as the pipeline published it last: an exit code for scripts, a sentence for people.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from schemas.nearest import nearest
from streams.cli.opened import Opened, opened
from streams.cli.options import DATA_FOLDER, Company, Data, Json, Server, examples
from streams.cli.output import print_json, say, shown
from streams.cli.who import WHO, the_one

HOLDS = """
SELECT purpose, channel, about, hold_until, why, rule, ends_with, because FROM contact_policy
WHERE customer_id = {customer:UUID} AND NOT allowed ORDER BY purpose, channel, about, rule
"""
MATTER = "matter:"  # of what a hold is about: anything in that matter; alone: no matter
CHANNELS = "SELECT DISTINCT channel FROM timeline WHERE channel != '' ORDER BY channel"
MATTERS = "SELECT DISTINCT matter FROM journeys WHERE ref = {ref:String} AND customer_id = {customer:UUID}"
EPILOG = examples(
    "redthread contact anna@example.org --channel mail --purpose promo",
    "redthread contact crm_id:C-17 --purpose survey --about order:4711",
    "redthread contact 4711 --json | jq '.holds[].why'",
    "redthread contact crm_id:C-17 --purpose promo && send-the-mail",
)


class Held(NamedTuple):
    """A rule that the contact would break."""

    purpose: str
    channel: str
    about: Sequence[str]
    hold_until: datetime | None
    why: str
    rule: str
    ends_with: Sequence[str]
    because: Sequence[Any]


class Question(NamedTuple):
    """What is to be sent; what was left out may be anything."""

    purpose: str | None
    channel: str | None
    about: str | None

    def concerns(self, held: Held) -> bool:
        return self.purpose in (None, held.purpose) and (self.channel is None or held.channel in ("", self.channel))


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("contact", epilog=EPILOG)(contact)


def contact(
    who: Annotated[str, WHO],
    purpose: Annotated[
        str | None, typer.Option("--purpose", help="promo, survey, service, sales or the company's own; left out: any.")
    ] = None,
    channel: Annotated[str | None, typer.Option("--channel", help="As sources call it: mail, phone, sms …; left out: any.")] = None,
    about: Annotated[
        str | None,
        typer.Option("--about", metavar="REF", help="What the contact is about, such as order:4711; left out: nothing of the kind."),
    ] = None,
    data: Data = DATA_FOLDER,
    clickhouse: Server = None,
    company: Company = None,
    json: Json = False,
) -> None:
    """May this customer be contacted now? Exit code 0: yes. 1: no, and until when and why; or nobody is known by that name."""
    question = Question(purpose, channel, about)
    with opened(data, clickhouse, company) as look:
        _check(question, look)
        customer = the_one(look, who).customer_id
        holds = [held for held in (Held(*row) for row in look.rows(HOLDS, customer=customer)) if question.concerns(held)]
        matters = [about, *(row[0] for row in look.rows(MATTERS, ref=about, customer=customer))] if about else [""]
    concerned = {about, *(f"{MATTER}{matter}" for matter in matters)}
    now = [held for held in holds if concerned.issuperset(held.about)]
    only = [held for held in holds if not concerned.issuperset(held.about)]
    if json:
        print_json(_document(customer, question, now, only))
    else:
        _tell(question, now, only, look.zone)
    raise typer.Exit(1 if now else 0)


def _check(question: Question, look: Opened) -> None:
    """A misspelt purpose or channel would be allowed everything."""
    policy = look.loaded.company.contact_policy
    if question.purpose is not None and question.purpose not in policy.purposes:
        known = ", ".join(policy.purposes) or "none: contact_policy is empty"
        raise typer.BadParameter(
            f"{question.purpose!r} is none of the company's purposes ({known}){nearest(question.purpose, policy.purposes)}",
            param_hint="--purpose",
        )
    if question.channel is not None and question.channel not in policy.channels:
        channels = sorted({*policy.channels, *(row[0] for row in look.rows(CHANNELS))})
        if question.channel not in channels:
            raise typer.BadParameter(
                f"no event came on a channel {question.channel!r}; known are {', '.join(channels)}{nearest(question.channel, channels)}",
                param_hint="--channel",
            )


def _document(customer: str, question: Question, now: Sequence[Held], only: Sequence[Held]) -> dict[str, Any]:
    """For programs; `hold_until` is null while nobody knows the instant."""
    ends = [held.hold_until for held in now]
    return {
        "customer_id": customer,
        **question._asdict(),
        "allowed": not now,
        "hold_until": max((end for end in ends if end is not None), default=None) if None not in ends else None,
        "holds": [held._asdict() for held in now],
        "only_about": [held._asdict() for held in only],
    }


def _tell(question: Question, now: Sequence[Held], only: Sequence[Held], zone: ZoneInfo) -> None:
    asked = " ".join(
        (
            question.purpose or "any contact",
            f"on {question.channel}" if question.channel else "",
            f"about {question.about}" if question.about else "",
        )
    )
    say(Text(f"{' '.join(asked.split())}: {'hold' if now else 'allowed'}", style="bold red" if now else "bold green"))
    for held in now:
        say(_line(held, question, zone))
    for held in only:
        say(
            Text(f"  but nothing about {' and '.join(ref.removeprefix(MATTER) or 'no matter' for ref in held.about)}").append_text(
                _line(held, question, zone)
            )
        )


def _line(held: Held, question: Question, zone: ZoneInfo) -> Text:
    """`  promo on mail until complaint closed: Advertising into …`, without what the question says already."""
    what = [held.purpose if question.purpose is None else "", f"on {held.channel}" if held.channel and question.channel is None else ""]
    return Text("  " + " ".join(word for word in (*what, _until(held, zone)) if word) + ": ").append(shown(held.why), style="dim")


def _until(held: Held, zone: ZoneInfo) -> str:
    ends = " or ".join(type.replace(".", " ").replace("_", " ") for type in held.ends_with)
    if held.hold_until is None:
        return f"until {ends}" if ends else "for good"
    local = held.hold_until.astimezone(zone)
    at = f"until {local:%a} {local.day} {local:%b %Y %H:%M}"
    return f"{at}, or {ends}" if ends else at
