"""XES event logs (IEEE 1849) as a stream: each event is one record, in constant memory however large the log.

A record has the event's attributes by their keys (`concept:name`, `time:timestamp`), those of its trace as `case.<key>`, and `event.index`,
its position in the trace from 0. Values stay text. Attributes nested in attributes and lists are left out.
"""

from collections.abc import Iterator
from typing import BinaryIO
from xml.parsers import expat

CHUNK = 1 << 16
SCALARS = ("string", "date", "int", "float", "boolean", "id")
NESTS = frozenset(("list", "container"))
ATTRIBUTES = frozenset(SCALARS) | NESTS
INDEX = "event.index"
CASE = "case."


class BrokenLog(ValueError):
    """The XML ends or breaks here; the events before it are good."""


class _Handlers:
    """What expat calls; finished events wait in `events`."""

    def __init__(self) -> None:
        self.events: list[dict[str, str]] = []
        self._trace: dict[str, str] = {}
        self._event: dict[str, str] | None = None
        self._in_trace = False
        self._depth = 0  # of attributes around this element
        self._index = 0
        self._names = {name: name for name in (*SCALARS, *NESTS, "event", "trace")}  # tag -> name without prefix

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = self._names.get(tag) or self._name(tag)
        if name in ATTRIBUTES:
            self._depth += 1
            if self._depth > 1 or name in NESTS:
                return
            if self._event is not None:
                self._event[attributes.get("key", "")] = attributes.get("value", "")
            elif self._in_trace:
                self._trace[CASE + attributes.get("key", "")] = attributes.get("value", "")
        elif name == "event":
            self._event = self._trace.copy()
        elif name == "trace":
            self._in_trace, self._trace, self._index = True, {}, 0

    def end(self, tag: str) -> None:
        name = self._names.get(tag) or self._name(tag)
        if name in ATTRIBUTES:
            self._depth -= 1
        elif name == "event" and self._event is not None:
            self._event[INDEX] = str(self._index)
            self.events.append(self._event)
            self._event = None
            self._index += 1
        elif name == "trace":
            self._in_trace = False

    def _name(self, tag: str) -> str:
        return self._names.setdefault(tag, tag.rpartition(":")[2])


def _refuse_entities(*_declaration: object) -> None:
    raise BrokenLog("the XML declares entities of its own, which no event log needs")


def read_events(stream: BinaryIO) -> Iterator[dict[str, str]]:
    """The events of a log in order; raises `BrokenLog` where the XML breaks, after the events before it."""
    parser = expat.ParserCreate()
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
