"""What a command must say before it counts. See `schemas.command` for what each of them means."""

from schemas.command import ABOUT_ALERTS, ACKNOWLEDGED, ALERT, COMMANDS, EVERYBODY, RULE, TYPES
from schemas.touchpoint import Touchpoint
from streams.sources.record import Invalid


def check(touchpoint: Touchpoint) -> None:
    """Raises `Invalid` for what the built-in source does not take, and for words about alerts that say too little, whoever sent them."""
    type, refs = touchpoint.type, touchpoint.refs
    if touchpoint.source == COMMANDS:
        if type not in TYPES:
            raise Invalid("unmapped", "type", f"{type} is no command; there are {', '.join(TYPES)}")
        if not touchpoint.agent:
            raise Invalid("missing_field", "agent", f"{type} does not say who says so")
    if type not in ABOUT_ALERTS:
        return
    if type == ACKNOWLEDGED:
        if not refs.get(ALERT):
            raise Invalid("missing_field", "refs.alert", f"{type} names no alert")
        return
    if touchpoint.due_at is None:
        raise Invalid("missing_field", "due_at", f"{type} does not say until when")
    if sum(len(found) for kind, found in refs.items() if kind != ALERT) > 1:
        raise Invalid("invalid_value", "refs", f"{type} is about one matter; two refs would tie two matters together")
    if touchpoint.ids[0] == EVERYBODY and not refs.get(ALERT) and not touchpoint.attributes.get(RULE):
        raise Invalid("missing_field", "attributes.rule", f"{type} names neither an alert, a customer nor a rule")
