"""Ingest, the first stage: a record of any source becomes touchpoints, or one dead letter.

Pure and total: the same record gives the same outputs, and whatever the bytes are, they end as messages to `identify` or as one dead letter,
never as an exception (an exception is a bug of ours and stops the worker). A record is used as a whole: where one of its events is
wrong none is made, so that repairing the mapping and sending the record again leaves nothing half done.
"""

from hashlib import blake2b
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from msgspec import DecodeError, json, msgpack
from msgspec.structs import replace

from schemas.command import WALL
from schemas.company import Company
from schemas.dead_letter import DeadLetter
from schemas.identity import Arrived
from schemas.ids import derived_id, event_id
from schemas.nearest import nearest
from schemas.source import Source
from schemas.strict import InvalidConfiguration
from schemas.touchpoint import CANARY, Touchpoint, is_canary, kind_of
from schemas.vocabulary import VOCABULARY
from streams.core.calendar import duration
from streams.sources.cloudevents import compile_mapped, compile_native
from streams.sources.commands import check
from streams.sources.mapping import compile_mapping
from streams.sources.normalise import Identifiers
from streams.sources.record import KEPT, Adapter, Draft, Invalid, Record
from streams.sources.segment import compile_segment
from streams.sources.values import SHOWN, Times, attributes, in_range, refs, sequence, spoken, text, texts
from streams.stages.statements import statement
from streams.stages.step import Send

ORIGINAL_TIME = "original_time"  # the attribute that keeps a time that was corrected
OTHER = "other"  # the attribute that keeps the second identifier of a pair, which the statement does not link

_content = msgpack.Encoder(order="deterministic").encode


class _Plan(NamedTuple):
    """A source, made ready."""

    source: Source
    adapter: Adapter
    times: Times
    region: str


class Ingest:
    """The stage for one company; `secret` is the key of the identifier hashes."""

    def __init__(self, company: Company, secret: bytes) -> None:
        self._company = company
        self.identifiers = Identifiers(company, secret)
        self._ahead = duration(company.ahead)
        self._plans = {source.source: self._plan(source) for source in company.sources}

    def ingest(self, source: Source, record: Record) -> tuple[Send | DeadLetter, ...]:
        """What the record of a source (one of the company's) comes to."""
        plan = self._plans.get(source.source)
        if plan is None or plan.source is not source:
            plan = self._plans[source.source] = self._plan(source)
        try:
            value = self._decode(record)
            return tuple(message for draft in plan.adapter(value) for message in self._messages(plan, draft, record))
        except Invalid as problem:
            return (self._dead_letter(plan.source, record, problem),)

    def _plan(self, source: Source) -> _Plan:
        self._check_kinds(source)
        times = Times(ZoneInfo(source.timezone or self._company.timezone), source.time_format)
        return _Plan(source, _adapter(source), times, source.country or self._company.country)

    def _check_kinds(self, source: Source) -> None:
        unknown = {kind for spec in source.resolved for kind in spec.identifiers if kind not in self.identifiers.kinds}
        if unknown:
            raise InvalidConfiguration(f"source {source.source}: identifiers: {self._unknown_kind(kind)}" for kind in sorted(unknown))

    def _unknown_kind(self, kind: str) -> str:
        return f"{kind!r} is no declared kind of identifier{nearest(kind, self.identifiers.kinds)}"

    def _decode(self, record: Record) -> Any:
        if len(record.raw) > self._company.max_record:
            raise Invalid("too_large", "", f"the record has {len(record.raw):,} bytes, more than max_record ({self._company.max_record:,})")
        if record.value is not None:
            return record.value
        try:
            return json.decode(record.raw)
        except (DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Invalid("not_json", "", f"not JSON: {_plainly(error)}") from None

    def _messages(self, plan: _Plan, draft: Draft, record: Record) -> tuple[Send, ...]:
        touchpoint = self._touchpoint(plan, draft, record)
        check(touchpoint)
        said = statement(touchpoint, record.logged)
        anchor, *others = touchpoint.ids
        if said is None:
            return (Send("identify", anchor, Arrived(touchpoint, 0, record.logged)),)
        if others:
            touchpoint = replace(touchpoint, ids=(anchor,), attributes={**touchpoint.attributes, OTHER: others[0]})
        return Send("identify", anchor, Arrived(touchpoint, 0, record.logged)), Send("identify", anchor, said)

    def _touchpoint(self, plan: _Plan, draft: Draft, record: Record) -> Touchpoint:
        recorded = record.recorded_at if draft.recorded is None else plan.times.believable("recorded", draft.recorded)
        at, original = self._occurred(plan, draft, recorded, record)
        said = draft.attributes if original is None else (*draft.attributes, (ORIGINAL_TIME, original))
        for _, value in draft.identifiers:
            if is_canary(value):
                said = (*said, (CANARY, True))
                break
        known = VOCABULARY.get(draft.type)
        source = plan.source.source
        ids, about = self._identifiers(plan, draft), refs(draft.refs)
        touchpoint = Touchpoint(
            event_id=event_id(draft.scope or source, draft.id) if draft.id else _derived(source, draft.type, at, about, ids),
            type=draft.type,
            at=at,
            source=source,
            department=self._department(plan, draft),
            ids=ids,
            refs=about,
            channel=text("channel", draft.channel),
            direction=draft.direction or (known.direction if known else ""),
            team=text("team", draft.team),
            agent=text("agent", draft.agent),
            facts=texts("facts", draft.facts),
            due_at=plan.times.due(draft.due_at),
            attributes=attributes(said),
            seq=sequence(draft.sequence),
            source_event_id=draft.id,
        )
        digest = int.from_bytes(blake2b(_content(touchpoint), digest_size=8).digest(), "big")
        return replace(touchpoint, recorded_at=at if recorded is None else recorded, digest=digest, origin=record.origin)

    def _occurred(self, plan: _Plan, draft: Draft, recorded: int | None, record: Record) -> tuple[int, str | None]:
        """When it occurred, and what the source said when that had to be corrected."""
        if draft.time is None:
            raise Invalid("missing_field", "time", f"{draft.type} has no time")
        at, original = plan.times.instant("time", draft.time), None
        received = record.received_at if recorded is None else recorded
        if plan.source.clock == "untrusted" and draft.sent is not None and received:
            at, original = received - (plan.times.instant("sent", draft.sent) - at), str(draft.time)
        in_range("time", at)
        if record.received_at and at > record.received_at + self._ahead:
            raise Invalid("time_out_of_range", "time", f"time: {spoken(at)} is more than {self._company.ahead} in the future")
        return at, original

    def _identifiers(self, plan: _Plan, draft: Draft) -> tuple[str, ...]:
        """Sorted by strength, then value; the first is the anchor."""
        found: list[tuple[int, str]] = []
        seen: list[str] = []
        of, kinds = self.identifiers.identifier, self.identifiers.kinds
        for kind, value in draft.identifiers:
            if value is None:
                continue
            spec = kinds.get(kind)
            if spec is None:
                raise Invalid("invalid_value", f"identifiers.{kind[:SHOWN]}", f"identifiers: {self._unknown_kind(kind[:SHOWN])}")
            seen.append(kind)
            for single in value if isinstance(value, list) else (value,):
                try:
                    identifier = of(kind, single, plan.region)
                except ValueError as error:
                    raise Invalid("invalid_value", f"identifiers.{kind}", f"identifiers.{kind}: {error}") from None
                if identifier is not None:
                    found.append((-spec.strength, identifier))
        for identifier in draft.known:
            if not self.identifiers.is_known(identifier):
                raise Invalid("invalid_value", "known", "known: an entry is no identifier as the timeline shows them")
            found.append((-kinds[kind_of(identifier)].strength, identifier))
        if not found:
            said = f"{', '.join(dict.fromkeys(seen))}: only values that identify nobody" if seen else "all of them are empty"
            raise Invalid("no_identifier", "identifiers", f"{draft.type} has no identifier ({said})")
        if len(found) == 1:
            return (found[0][1],)
        return tuple(identifier for _, identifier in sorted(set(found)))

    def _department(self, plan: _Plan, draft: Draft) -> str:
        department = draft.department or plan.source.department
        if department != WALL and department not in self._company.departments:
            near = nearest(department, self._company.departments)
            raise Invalid("invalid_value", "department", f"department: {department[:SHOWN]!r} is not declared{near}")
        return department

    def _dead_letter(self, source: Source, record: Record, problem: Invalid) -> DeadLetter:
        payload = record.payload
        message = f"{record.origin.topic}: record {record.origin.offset}: {problem.message}"
        if len(payload) > max(KEPT, self._company.max_record):
            payload, message = payload[:KEPT], f"{message}; the first {KEPT:,} bytes are kept"
        return DeadLetter(
            reason=problem.reason,
            field=problem.field,
            message=message,
            source=source.source,
            origin=record.origin,
            payload=payload,
            received_at=record.received_at,
        )


def _adapter(source: Source) -> Adapter:
    if source.events:
        mapping = compile_mapping(source)
        return compile_mapped(mapping) if source.input.format == "cloudevents" else mapping
    return compile_native(source) if source.input.format == "cloudevents" else compile_segment(source)


def _derived(source: str, kind: str, at: int, refs: dict[str, tuple[str, ...]], ids: tuple[str, ...]) -> str:
    """The id of an event that has none: the same event sent again is the same event."""
    about = [f"{name}={value}" for name, values in refs.items() for value in values]
    return derived_id("event", source, "", kind, str(at), *about, *ids)


def _plainly(error: Exception) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else str(error).splitlines()[0]
