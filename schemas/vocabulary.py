"""The vocabulary: every event type that the shipped rules understand, who reports it, and what it means.

A company adds types of its own under `types`; a type that is in neither is kept on the timeline and listed by `redthread doctor`.
"""

from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

from pydantic import Field, RootModel

from schemas.strict import Strict, load_yaml, validate

FILE = "vocabulary.yaml"


class EventType(Strict):
    """What an event of this type says."""

    departments: tuple[str, ...] = Field(min_length=1, description="who reports it: whose clocks say that it did not happen")
    direction: Literal["inbound", "outbound", "internal"]
    meaning: str = Field(min_length=1, description="what has happened, in one line")


class _Vocabulary(RootModel[dict[str, EventType]]):
    """The whole file."""


def _read() -> Mapping[str, EventType]:
    text = files("schemas").joinpath(FILE).read_text(encoding="utf-8")
    return MappingProxyType(validate(_Vocabulary, load_yaml(text, FILE), FILE, text).root)


VOCABULARY: Mapping[str, EventType] = _read()
