"""The tills of the stores write German CSV in an old encoding; the carrier scans parcels and knows no customer."""

from collections.abc import Mapping

from streams.demo.happenings import LOGISTICS, TILL, Happening
from streams.demo.systems.export import System, fields
from streams.demo.systems.spelling import local, plain
from streams.demo.world import World

STORES = ("München", "Augsburg", "Nürnberg")
WORDS: Mapping[str, str] = {
    "store.visited": "Besuch",
    "purchase.made": "Einkauf",
    "contact.inbound": "Beratung",
    "contact.outbound": "Antwort",
    "quote.sent": "Angebot",
    "record.created": "Kartenantrag",
    "source.heartbeat": "Lebenszeichen",
}
SCAN_WORDS: Mapping[str, str] = {
    "parcel.handed_over": "PICKED_UP",
    "parcel.delivered": "DELIVERED",
    "return.received": "RETURNED",
    "source.heartbeat": "PING",
}
TILL_COLUMNS = "Beleg;Zeit;Filiale;Vorgang;Kundenkarte;E-Mail;Auftrag;Ticket;Angebot;Betrag"
SCAN_COLUMNS = "scan_id,order_no,event,scanned_at,depot,reason"
DEPOTS = ("MUC1", "MUC2", "NUE1")


def _receipt(world: World, happening: Happening, number: int) -> str:
    known, refs, attributes = happening.known, happening.refs, happening.attributes or {}
    amount = f"{attributes['amount']:.2f}".replace(".", ",") if "amount" in attributes else ""
    return fields(
        (
            f"K{number:06d}",
            f"{local(happening.at):%d.%m.%Y %H:%M:%S}",
            attributes.get("store", world.rng.choice(STORES)),
            WORDS[happening.type],
            known.get("loyalty", ""),
            known.get("email", "").replace("@büro.", "@xn--bro-hoa."),
            *(refs.get(kind, "") for kind in ("order", "ticket", "quote")),
            amount,
        ),
        ";",
    )


def _scan(world: World, happening: Happening, number: int) -> str:
    order, reason = happening.refs.get("order", ""), (happening.attributes or {}).get("reason", "")
    scan = (f"SC{number:07d}", order, SCAN_WORDS[happening.type], plain(happening.at), world.rng.choice(DEPOTS), reason)
    return fields(scan, ",")


_BROKEN_RECEIPTS = {
    "K900001;31.02.2026 10:00:00;München;Einkauf;29000010001;;;;;12,90": "bad_time",
    "K900002;12.01.2026 10:00:00;München;Einkauf;0000000000;;;;;9,90": "no_identifier",
    "K900003;12.01.2026 10:05:00;Nürnberg;Einkauf": "invalid_value",
    "K900004;12.01.2026 10:06:00;Augsburg;Storno;29000010002;;;;;-5,00": "unmapped",
}
RECEIPTS = System(TILL, "kasse.csv", _receipt, TILL_COLUMNS, "cp1252", _BROKEN_RECEIPTS)


_BROKEN_SCANS = {
    "SC9000001,S-1000001,DELIVERED,,MUC1,": "missing_field",
    "SC9000002,S-1000001,DELIVERED,1970-01-01 00:00:00,MUC1,": "time_out_of_range",
}
SCANS = System(LOGISTICS, "scans.csv", _scan, SCAN_COLUMNS, broken=_BROKEN_SCANS)
