"""The service desk keeps an audit log of nested JSON; opinions come as one JSON document; engineering answers from India."""

from collections.abc import Mapping
from json import dumps
from typing import Any

from streams.demo.happenings import DESK, FEEDBACK, TRACKER, Happening
from streams.demo.systems.export import System, fields
from streams.demo.systems.spelling import BANGALORE, email, local, phone, zulu
from streams.demo.world import World

WORDS: Mapping[str, str] = {
    "ticket.opened": "created",
    "ticket.assigned": "assigned",
    "ticket.accepted": "accepted",
    "ticket.waiting": "pending_customer",
    "ticket.resolved": "solved",
    "ticket.reopened": "reopened",
    "ticket.closed": "closed",
    "contact.inbound": "customer_comment",
    "contact.outbound": "agent_comment",
    "complaint.opened": "complaint",
    "complaint.closed": "complaint_settled",
    "escalation.raised": "escalated",
    "promise.made": "promised",
    "promise.moved": "promise_moved",
    "promise.kept": "promise_kept",
    "promise.released": "promise_dropped",
    "source.heartbeat": "ping",
}
TRACKER_COLUMNS = "kind,issue,ticket,at,engineer,product"
ENGINEERS = ("priya", "arjun", "meera")
AGENTS = ("amt", "bno", "cfi", "dra")


def _audit(world: World, happening: Happening, number: int) -> str:
    known, refs, attributes = happening.known, happening.refs, happening.attributes or {}
    entry: dict[str, Any] = {"event": {"id": number, "name": WORDS[happening.type], "at": zulu(happening.at)}}
    if happening.type == "source.heartbeat":
        return dumps(entry)
    entry["ticket"] = {"id": known.get("ticket"), "about": refs.get("ticket"), "order": refs.get("order"), "lead": refs.get("lead")}
    entry["ticket"] |= {name: attributes[name] for name in ("product", "reason") if name in attributes}
    entry["requester"] = {
        "email": email(world.rng, known["email"]) if "email" in known else None,
        "phone": phone(world.rng, known["phone"]) if "phone" in known else None,
    }
    entry["group"], entry["agent"] = happening.team or None, world.rng.choice(AGENTS)
    if happening.type.startswith("contact."):
        entry["comment"] = {"via": happening.channel, "told": list(happening.facts), "automatic": bool(attributes.get("automatic"))}
    if happening.type.startswith("promise."):
        entry["promise"] = {"id": refs["promise"], "due": None if happening.due_at is None else zulu(happening.due_at)}
    return dumps(entry, ensure_ascii=False)


def _opinion(world: World, happening: Happening, number: int) -> str:
    known, refs = happening.known, happening.refs
    opinion = {
        "id": f"FB{number:05d}",
        "kind": "ping" if happening.type == "source.heartbeat" else happening.type.partition(".")[0],
        "given_at": f"{local(happening.at):%Y-%m-%dT%H:%M:%S}",
        "email": email(world.rng, known["email"]) if "email" in known else None,
        "order": refs.get("order"),
        "ticket": refs.get("ticket"),
        "stars": (happening.attributes or {}).get("score"),
    }
    return dumps(opinion)


def _answer(world: World, happening: Happening, number: int) -> str:
    at = local(happening.at, BANGALORE).isoformat()
    if happening.type == "source.heartbeat":
        return fields(("sync", "", "", at, "", ""), ",")
    product = (happening.attributes or {}).get("product", "")
    return fields(("comment", f"ENG-{number}", happening.refs["ticket"], at, world.rng.choice(ENGINEERS), product), ",")


_BROKEN_AUDIT_LOG = {
    '{"event":{"id":900001,"name":"created","at":"2026-01-20T10:00:00.000Z"},"ticket":{},"requester":{"email":"unknown"}}': "no_identifier",
    '{"event":{"id":900002,"name":"merged_by_macro","at":"2026-01-20T10:00:00.000Z"},"requester":{"email":"a@example.org"}}': "unmapped",
    '{"event":{"id":900003,"name":"created","at":"yesterday"},"requester":{"email":"a@example.org"}}': "bad_time",
    '{"event":{"id":900004,"name":"created"': "not_json",
}
AUDIT_LOG = System(DESK, "desk_audit.jsonl", _audit, broken=_BROKEN_AUDIT_LOG)


_BROKEN_OPINIONS = {'{"id": "FB90001", "kind": "survey", "given_at": "2026-02-01T10:00:00", "email": null, "stars": 4}': "no_identifier"}
OPINIONS = System(FEEDBACK, "feedback.json", _opinion, broken=_BROKEN_OPINIONS, array=True)


ANSWERS = System(TRACKER, "tracker_comments.csv", _answer, TRACKER_COLUMNS, broken={'comment,"ENG-1': "invalid_value"})
