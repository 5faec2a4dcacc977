"""Segment calls (identify, track, page, screen, group, alias) as touchpoints, by Segment's own specification.

`track` events of the e-commerce, e-mail and live-chat specifications have words in our vocabulary; every other one becomes `object.action`
of its name: "Product List Filtered" is `product_list.filtered`. A source file may `rename` any of them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from schemas.source import Source
from streams.sources.record import Adapter, Draft, Invalid, is_present

TRACK: Mapping[str, str] = {
    "order completed": "order.placed",
    "completed order": "order.placed",
    "order cancelled": "order.canceled",
    "order canceled": "order.canceled",
    "product added": "cart.updated",
    "added product": "cart.updated",
    "product removed": "cart.updated",
    "removed product": "cart.updated",
    "cart viewed": "page.viewed",
    "wishlist product added to cart": "cart.updated",
    "product viewed": "page.viewed",
    "viewed product": "page.viewed",
    "product list viewed": "page.viewed",
    "viewed product category": "page.viewed",
    "product reviewed": "review.received",
    "email delivered": "campaign.sent",
    "email opened": "campaign.opened",
    "email link clicked": "campaign.clicked",
    "unsubscribed": "consent.revoked",
    "live chat conversation started": "contact.inbound",
    "live chat message sent": "contact.inbound",
    "live chat message received": "contact.outbound",
}
CALLS: Mapping[str, str] = {
    "identify": "record.updated",
    "group": "record.updated",
    "page": "page.viewed",
    "screen": "page.viewed",
    "alias": "identity.linked",
}
IDENTIFIERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("user", ("userId", "properties.userId")),
    ("email", ("traits.email", "context.traits.email", "properties.email")),
    ("phone", ("traits.phone", "context.traits.phone", "properties.phone")),
    ("cookie", ("anonymousId",)),
    ("device", ("context.device.id",)),
)
REFS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("account", ("groupId", "context.groupId")),
    ("campaign", ("properties.campaign_id", "context.campaign.name")),
    ("cart", ("properties.cart_id",)),
    ("order", ("properties.order_id", "properties.orderId")),
    ("ticket", ("properties.conversation_id", "properties.conversationId", "properties.ticket_id")),
)
TOLD = frozenset(  # properties that are identifiers or refs already
    ["userId", "email", "phone", "order_id", "orderId", "cart_id", "conversation_id", "conversationId", "ticket_id", "campaign_id"]
)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def compile_segment(source: Source) -> Adapter:
    """Each call is one touchpoint."""

    def drafts(call: Any) -> Iterable[Draft]:
        if not isinstance(call, dict):
            raise Invalid("invalid_value", "", f"a Segment call is an object, not {type(call).__name__}")
        kind = call.get("type") or call.get("action")
        if not isinstance(kind, str) or (kind not in CALLS and kind != "track"):
            raise Invalid("unmapped", "type", "type: is none of identify, track, page, screen, group, alias")
        return (_draft(source, kind, call),)

    return drafts


def _draft(source: Source, kind: str, call: dict[str, Any]) -> Draft:
    identifiers = [(name, _first(call, paths)) for name, paths in IDENTIFIERS]
    if kind == "alias":
        identifiers.append(("user", call.get("previousId")))
    corrected = call.get("timestamp")  # Segment's own correction of originalTimestamp by sentAt and receivedAt
    message = call.get("messageId")
    return Draft(
        type=_type(source, kind, call),
        time=corrected or call.get("originalTimestamp") or call.get("receivedAt"),
        identifiers=identifiers,
        refs=[(name, _first(call, paths)) for name, paths in REFS],
        channel=_first(call, ("properties.channel", "channel")),
        agent=_first(call, ("properties.agent_id", "properties.agent_username")),
        attributes=sorted(_attributes(call)),
        id=message if isinstance(message, str) else "",
        recorded=call.get("receivedAt"),
        sent=None if corrected else call.get("sentAt"),
    )


def _type(source: Source, kind: str, call: dict[str, Any]) -> str:
    if kind != "track":
        return source.rename.get(kind, CALLS[kind])
    name = call.get("event")
    if not isinstance(name, str) or not is_present(name):
        raise Invalid("missing_field", "event", "event: a track call names its event in a text")
    return source.rename.get(name) or TRACK.get(name.strip().lower()) or type_of(name)


def type_of(name: str) -> str:
    """`object.action` of an event name; the action is its last word."""
    words = [word.lower() for word in _WORDS.findall(name)]
    if not words:
        raise Invalid("invalid_value", "event", "event: has no letters")
    return f"{'_'.join(words[:-1]) or 'event'}.{words[-1]}"


def _first(call: dict[str, Any], paths: Iterable[str]) -> Any:
    for path in paths:
        found: Any = call
        for step in path.split("."):
            found = found.get(step) if isinstance(found, dict) else None
        if is_present(found):
            return found
    return None


def _attributes(call: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The plain properties and traits; lists and objects stay with the source."""
    for part in ("traits", "properties"):
        values = call.get(part)
        for name, value in values.items() if isinstance(values, dict) else ():
            if name not in TOLD and not isinstance(value, dict | list):
                yield name, value
    for name in ("name", "category"):
        if isinstance(call.get(name), str):
            yield f"page_{name}", call[name]
