"""The CRM is hosted in America: activities in its own zone and layout, and an export of all contact records every month."""

from collections.abc import Mapping

from streams.demo.happenings import CONTACTS, CRM, Happening
from streams.demo.systems.export import Parts, System, fields, store
from streams.demo.systems.spelling import american, email, phone, plain
from streams.demo.truth import Counts
from streams.demo.workdays import DAY
from streams.demo.world import World

WORDS: Mapping[str, str] = {
    "lead.handed_over": "Lead assigned",
    "lead.accepted": "Lead accepted",
    "lead.rejected": "Lead disqualified",
    "quote.sent": "Quote sent",
    "deal.won": "Closed won",
    "deal.lost": "Closed lost",
    "contract.started": "Contract started",
    "contract.canceled": "Contract canceled",
    "call.made": "Call",
    "contact.inbound": "Email received",
    "contact.outbound": "Email sent",
    "claim.opened": "Owner set",
    "claim.released": "Owner cleared",
    "promise.made": "Commitment",
    "promise.confirmed": "Commitment confirmed",
    "promise.moved": "Commitment moved",
    "promise.kept": "Commitment done",
    "promise.released": "Commitment dropped",
    "source.heartbeat": "Sync",
}
REFS = ("lead", "deal", "quote", "promise", "ticket", "order")
OWNERS = ("mhuber", "tnowak", "sgraf", "lvogt")
COLUMNS = "Activity ID,Contact ID,Type,Created,Department,Owner,Lead,Deal,Quote,Commitment,Ticket,Order,Due,Reason"
CONTACT_COLUMNS = "contact_id,first_name,last_name,city,born,email,phone,created_at,updated_at"
EXPORTED_AFTER = 30  # days, for the first time; the second export at the end holds everything again


def _activity(world: World, happening: Happening, number: int) -> str:
    refs = happening.refs
    return fields(
        (
            f"A-{number:06d}",
            happening.known.get("crm_id", ""),
            WORDS[happening.type],
            american(happening.at),
            happening.department,
            world.rng.choice(OWNERS),
            *(refs.get(kind, "") for kind in REFS),
            american(happening.due_at),
            (happening.attributes or {}).get("reason", ""),
        ),
        ",",
    )


_BROKEN_ACTIVITIES = {
    "A-900001,C-10001,Golf invitation,02/03/2026 04:00:00 AM,sales,mhuber,,,,,,,,": "unmapped",
    "A-900002,C-10001,Call,2026-02-03 04:00:00,sales,mhuber,,,,,,,,": "bad_time",
    "A-900003,n/a,Call,02/03/2026 04:00:00 AM,sales,mhuber,,,,,,,,": "no_identifier",
}
ACTIVITIES = System(CRM, "crm_activities.csv", _activity, COLUMNS, broken=_BROKEN_ACTIVITIES)


def write_contacts(world: World, parts: Parts, counts: Counts) -> None:
    """Two exports of the contact records: what stood in the first one comes again with the second."""
    created = {str((h.attributes or {})["record"]): h for h in world.happenings if h.system == CONTACTS and h.type == "record.created"}
    updated = {str((h.attributes or {})["record"]): h.at for h in world.happenings if h.system == CONTACTS and h.type == "record.updated"}
    first = world.start + EXPORTED_AFTER * DAY
    seen: set[tuple[str, int]] = set()
    spelled = {record: _spelled(world, happening) for record, happening in created.items()}
    for number, until in enumerate((first, world.as_of), 1):
        rows: list[str] = []
        for record, happening in created.items():
            if happening.at <= until:
                changed = updated.get(record) if updated.get(record, until + 1) <= until else None
                rows.append(fields((record, *spelled[record], plain(happening.at), plain(changed)), ","))
                events = [("created", happening.at), *([("updated", changed)] if changed is not None else [])]
                counts.touchpoints += len(events)
                counts.duplicates += sum((record + kind, at) in seen for kind, at in events)
                seen.update((record + kind, at) for kind, at in events)
        counts.records += len(rows)
        file = f"crm_contacts_{number}.csv"
        store(parts.of(until) / file, rows, System(CONTACTS, file, _activity, CONTACT_COLUMNS))


def _spelled(world: World, happening: Happening) -> tuple[str, ...]:
    known, told = happening.known, happening.attributes or {}
    address = email(world.rng, known["email"]) if "email" in known else ""
    number = phone(world.rng, known["phone"]) if "phone" in known else ""
    return (*(str(told[name]) for name in ("first_name", "last_name", "city", "born")), address, number)
