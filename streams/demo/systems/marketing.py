"""The mail tool counts seconds since 1970; it also scores leads and asks for opinions."""

from collections.abc import Mapping

from streams.demo.happenings import MAIL, Happening
from streams.demo.systems.export import System, fields
from streams.demo.systems.spelling import email
from streams.demo.world import World

WORDS: Mapping[str, str] = {
    "campaign.sent": "delivered",
    "campaign.opened": "open",
    "campaign.clicked": "click",
    "survey.sent": "survey",
    "consent.granted": "subscribed",
    "consent.revoked": "unsubscribed",
    "lead.created": "form_filled",
    "lead.qualified": "mql",
    "contact.outbound": "one_to_one",
    "source.heartbeat": "heartbeat",
}
COLUMNS = "id,event,ts,email,channel,campaign,lead,order,ticket,score"


def _entry(world: World, happening: Happening, number: int) -> str:
    refs, attributes = happening.refs, happening.attributes or {}
    return fields(
        (
            f"m{number:07d}",
            WORDS[happening.type],
            happening.at,
            email(world.rng, happening.known["email"]).strip() if "email" in happening.known else "",
            happening.channel,
            attributes.get("campaign", ""),
            *(refs.get(kind, "") for kind in ("lead", "order", "ticket")),
            attributes.get("score", ""),
        ),
        ",",
    )


_BROKEN_MAIL_EVENTS = {
    "m9000001,delivered,1770000000,noreply@example.org,mail,news,,,,": "no_identifier",
    "m9000002,delivered,soon,a@example.org,mail,news,,,,": "bad_time",
    "m9000003,bounced_soft,1770000000,a@example.org,mail,news,,,,": "unmapped",
}
MAIL_EVENTS = System(MAIL, "mail_events.csv", _entry, COLUMNS, broken=_BROKEN_MAIL_EVENTS)
