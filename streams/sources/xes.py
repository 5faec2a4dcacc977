"""XES event logs (IEEE 1849) as a stream: each event is one record, in constant memory however large the log.

A record has the event's attributes by their keys (`concept:name`, `time:timestamp`), those of its trace as `case.<key>`, and `event.index`,
its position in the trace from 0. Values stay text. Attributes nested in attributes and lists are left out.
"""

from collections.abc import Iterator
from typing import BinaryIO
from xml.parsers import expat

CHUNK = 1 << 16
SCALAR, NEST, EVENT, TRACE, OTHER = range(5)
ELEMENTS = {
    **dict.fromkeys(("string", "date", "int", "float", "boolean", "id"), SCALAR),
    **dict.fromkeys(("list", "container"), NEST),
    "event": EVENT,
    "trace": TRACE,
}
INDEX = "event.index"
CASE = "case."


class BrokenLog(ValueError):
    """The XML ends or breaks here; the events before it are good."""


class _Elements(dict[str, int]):
    """Tag, with or without prefix -> what it is; each tag is taken apart once."""

    def __missing__(self, tag: str) -> int:
        kind = self[tag] = ELEMENTS.get(tag.rpartition(":")[2], OTHER)
        return kind


class _Handlers:
    """What expat calls, once per tag of a log of millions; finished events wait in `events`."""

    def __init__(self) -> None:
        self.events: list[dict[str, str]] = []
        self._trace: dict[str, str] = {}
        self._event: dict[str, str] | None = None
        self._in_trace = False
        self._depth = 0  # of attributes around this element
        self._index = 0
        self._kinds = _Elements(ELEMENTS)

    def start(self, tag: str, attributes: list[str]) -> None:
        kind = self._kinds[tag]
        if kind <= NEST:
            self._depth += 1
            if self._depth > 1 or kind == NEST:
                return
            if self._event is not None:
                key, value = _pair(attributes)
                self._event[key] = value
            elif self._in_trace:
                key, value = _pair(attributes)
                self._trace[CASE + key] = value
        elif kind == EVENT:
            self._event = self._trace.copy()
        elif kind == TRACE:
            self._in_trace, self._trace, self._index = True, {}, 0

    def end(self, tag: str) -> None:
        kind = self._kinds[tag]
        if kind <= NEST:
            self._depth -= 1
        elif kind == EVENT and self._event is not None:
            self._event[INDEX] = str(self._index)
            self.events.append(self._event)
            self._event = None
            self._index += 1
        elif kind == TRACE:
            self._in_trace = False


def _pair(attributes: list[str]) -> tuple[str, str]:
    """Key and value out of names and values in the order of the document, which nearly always is this one."""
    if len(attributes) == 4 and attributes[0] == "key" and attributes[2] == "value":
        return attributes[1], attributes[3]
    named = dict(zip(attributes[::2], attributes[1::2], strict=True))
    return named.get("key", ""), named.get("value", "")


def _refuse_entities(*_declaration: object) -> None:
    raise BrokenLog("the XML declares entities of its own, which no event log needs")


def read_events(stream: BinaryIO) -> Iterator[dict[str, str]]:
    """The events of a log in order; raises `BrokenLog` where the XML breaks, after the events before it."""
    parser = expat.ParserCreate()
    parser.ordered_attributes = True  # a list is made faster than a dict, and read faster
    handlers = _Handlers()
    parser.StartElementHandler, parser.EndElementHandler = handlers.start, handlers.end
    parser.EntityDeclHandler = _refuse_entities
    broken: BrokenLog | None = None
    finished = False
    while not finished and broken is None:
        try:
            chunk = stream.read(CHUNK)
            finished = not chunk
            parser.Parse(chunk, finished)
        except (expat.ExpatError, BrokenLog, OSError, EOFError) as error:
            broken = BrokenLog(str(error))
        yield from handlers.events
        handlers.events.clear()
    if broken is not None:
        raise broken
