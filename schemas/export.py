"""JSON Schemas of everything that people write and of every message that leaves: for editors, tests and consumers.

What people write comes from the pydantic models, with one difference: a `redthread.yaml` is merged over the shipped pack before it is
validated, so an editor must not ask for what the pack already says. Messages are described as they are published: as objects.
"""

from collections.abc import Mapping
from copy import deepcopy
from types import MappingProxyType
from typing import Any

import msgspec
from pydantic import BaseModel

from schemas.alert import Alert
from schemas.company import Company
from schemas.contact import ContactPolicy
from schemas.dead_letter import DeadLetter
from schemas.event import Envelope, EventData
from schemas.fixture import Fixture
from schemas.identity import IdentityChange
from schemas.journey import Journey
from schemas.plain import PLAIN, PlainTouchpoint
from schemas.rule import Rule
from schemas.source import Source
from schemas.timeline import TimelineEntry

DIALECT = "https://json-schema.org/draft/2020-12/schema"
PACKS = ("standard", "none")  # what `pack:` may say in a company file
MERGED = ("calendars", "journeys", "rules", "across")  # mappings of the pack whose entries a company may change field by field


class NativeEvent(Envelope):
    """A CloudEvent whose data are ours: what a source sends that needs no mapping."""

    data: EventData


WRITTEN: Mapping[str, type[BaseModel]] = MappingProxyType(
    {"company": Company, "source": Source, "rule": Rule, "fixture": Fixture, "event": NativeEvent}
)
MESSAGES: Mapping[str, type[msgspec.Struct]] = MappingProxyType(
    {
        "touchpoint": PlainTouchpoint,
        "timeline": PLAIN[TimelineEntry],
        "identity": PLAIN[IdentityChange],
        "journey": PLAIN[Journey],
        "alert": PLAIN[Alert],
        "contact-policy": PLAIN[ContactPolicy],
        "dead-letter": PLAIN[DeadLetter],
    }
)


def schemas() -> dict[str, dict[str, Any]]:
    """Every schema by name, as JSON documents."""
    written = {name: _written(name, model) for name, model in WRITTEN.items()}
    return written | {name: _titled(name, msgspec.json.schema(struct)) for name, struct in MESSAGES.items()}


def _written(name: str, model: type[BaseModel]) -> dict[str, Any]:
    document = model.model_json_schema(by_alias=True)
    return _titled(name, _before_merging(document) if model is Company else document)


def _titled(name: str, document: dict[str, Any]) -> dict[str, Any]:
    return {"$schema": DIALECT, "$id": f"redthread:{name}", **document}


def _before_merging(document: dict[str, Any]) -> dict[str, Any]:
    """The company as it is written: the pack by name, sources by file, changes instead of whole entries, `x-` for YAML anchors."""
    document = deepcopy(document)
    properties = document["properties"]
    properties["pack"] = {
        "enum": list(PACKS),
        "default": PACKS[0],
        "description": "the shipped rules, words, calendars and journeys, or none",
    }
    source = properties["sources"]["items"]
    properties["sources"] = {
        "description": "source files (a glob beside this file), or sources written here",
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"anyOf": [{"type": "string"}, source]}}],
    }
    document["patternProperties"] = {"^x-": {}}
    entries = {name: properties[name]["additionalProperties"] for name in MERGED}
    definitions = document["$defs"]
    purposes = definitions["ContactRules"]["properties"]["purposes"]
    purposes["additionalProperties"] = {"anyOf": [purposes["additionalProperties"], {"type": "null"}]}
    for reached in _reached([entries, properties["contact_policy"]], definitions):
        definitions[reached] = _as_change(definitions[reached])
    for name, entry in entries.items():
        properties[name]["additionalProperties"] = {"anyOf": [entry, {"const": "off"}, {"type": "null"}]}
    return document


def _as_change(definition: dict[str, Any]) -> dict[str, Any]:
    """The definition of a part of an entry: what the pack already says may be left out, and null takes a field away."""
    fields = {name: {"anyOf": [field, {"type": "null"}]} for name, field in definition.get("properties", {}).items()}
    kept = {key: value for key, value in definition.items() if key != "required"}
    return kept | ({"properties": fields} if fields else {})


def _reached(node: Any, definitions: Mapping[str, Any]) -> frozenset[str]:
    """Names of the definitions that `node` refers to, directly or through others."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            name = str(node.get("$ref", "")).rpartition("/")[2]
            waiting.extend(node.values())
            if name and name not in found:
                found.add(name)
                waiting.append(definitions[name])
        elif isinstance(node, list):
            waiting.extend(node)
    return frozenset(found)
