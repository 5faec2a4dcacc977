"""The shop emits CloudEvents, the web site Segment calls."""

from collections.abc import Mapping
from json import dumps
from typing import Any

from streams.demo.happenings import SHOP, WEB, Happening
from streams.demo.systems.export import System
from streams.demo.systems.spelling import email, iso, local, zulu
from streams.demo.world import World

MONITOR = "synthetic-monitor-2"  # the cookie of the robot that looks whether the site is up
CALLS: Mapping[str, tuple[str, str]] = {
    "page.viewed": ("page", ""),
    "cart.updated": ("track", "Product Added"),
    "record.updated": ("identify", ""),
    "contact.inbound": ("track", "Live Chat Message Sent"),
    "contact.outbound": ("track", "Live Chat Message Received"),
    "source.heartbeat": ("track", "Synthetic Check"),
}


def _event(world: World, happening: Happening, number: int) -> str:
    envelope: dict[str, Any] = {
        "specversion": "1.0",
        "id": f"evt-{number:07d}",
        "source": "https://shop.example.com/events",
        "type": happening.type,
        "time": iso(happening.at),
        "recordedtime": iso(happening.at + world.rng.randrange(1, 4)),
        "datacontenttype": "application/json",
    }
    if happening.type == "source.heartbeat":
        del envelope["datacontenttype"]
        return dumps(envelope)
    data: dict[str, Any] = {"identifiers": dict(happening.known)}
    if "email" in data["identifiers"]:
        data["identifiers"]["email"] = email(world.rng, happening.known["email"])
    if happening.refs:
        data["refs"] = dict(happening.refs)
    if happening.department != "online":
        data["department"] = happening.department
    if happening.due_at is not None:
        data["due_at"] = f"{local(happening.due_at):%Y-%m-%d}"
    if happening.attributes:
        data["attributes"] = dict(happening.attributes)
    return dumps(envelope | {"data": data}, ensure_ascii=False)


def _call(world: World, happening: Happening, number: int) -> str:
    kind, event = CALLS[happening.type]
    known, attributes = dict(happening.known), dict(happening.attributes or {})
    call: dict[str, Any] = {"type": kind, "messageId": f"ajs-{number:07d}"}
    if event:
        call["event"] = event
    call |= {name: known[kind] for name, kind in (("anonymousId", "cookie"), ("userId", "user")) if kind in known}
    call |= {"channel": "browser", "timestamp": zulu(happening.at), "receivedAt": zulu(happening.at + world.rng.randrange(1, 3))}
    if "device" in known:
        call["context"] = {"device": {"id": known["device"], "type": "tablet"}}
    if kind == "identify":
        call["traits"] = {"email": email(world.rng, known["email"]), **attributes}
        return dumps(call, ensure_ascii=False)
    if kind == "page":
        call["name"] = str(attributes["path"])
    call["properties"] = attributes | {f"{kind}_id": ref for kind, ref in happening.refs.items()}
    return dumps(call, ensure_ascii=False)


def _broken_event(identifier: str, **changes: Any) -> str:
    event: dict[str, Any] = {"specversion": "1.0", "id": identifier, "source": "https://shop.example.com/events", "type": "order.placed"}
    event |= {"time": "2026-01-20T10:00:00Z", "data": {"identifiers": {"email": "someone@example.org"}}}
    return dumps({name: value for name, value in (event | changes).items() if value is not None})


_BROKEN_SHOP_EVENTS = {
    '{"specversion":"1.0","id":"evt-x1","source":"https://shop.example.com/ev': "not_json",
    "<html><body>502 Bad Gateway</body></html>": "not_json",
    _broken_event("evt-x2", specversion=None): "not_cloudevents",
    _broken_event("evt-x3", Type="order.placed"): "not_cloudevents",
    _broken_event("evt-x4", data={"identifiers": {"email": "guest"}}): "no_identifier",
    _broken_event("evt-x5", data={"identifiers": {"email": "orders@haus-und-hof.example"}}): "no_identifier",
    _broken_event("evt-x6", data={"order": "S-1"}): "missing_field",
    _broken_event("evt-x7", time="2399-01-01T00:00:00Z"): "time_out_of_range",
}
SHOP_EVENTS = System(SHOP, "shop_events.jsonl", _event, broken=_BROKEN_SHOP_EVENTS)


_BROKEN_WEB_CALLS = {
    '{"type":"page","messageId":"ajs-x1","timestamp":"2026-01-20T10:00:00.000Z"}': "no_identifier",
    '{"type":"scroll","messageId":"ajs-x2","anonymousId":"a1","timestamp":"2026-01-20T10:00:00.000Z"}': "unmapped",
    '{"type":"track","messageId":"ajs-x3","anonymousId":"a1","timestamp":"2026-01-20T10:00:00.000Z"}': "missing_field",
}
WEB_CALLS = System(WEB, "web_calls.jsonl", _call, broken=_BROKEN_WEB_CALLS)
