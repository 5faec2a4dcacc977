"""One customer's thread as a person reads it: days, touchpoints, long silences, and what broke at the place where it broke."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from schemas.alert import Evidence
from streams.cli.output import shown

LONG_GAP = timedelta(days=3)  # longer than a weekend
TOKEN_SHOWN = 8  # of the hash that stands for a personal identifier: enough to tell two apart
COLOURS = ("cyan", "magenta", "yellow", "green", "blue", "bright_red", "bright_cyan", "bright_magenta")  # one per department
ARROWS = {"inbound": "→", "outbound": "←", "internal": "·"}  # to us, to the customer, among ourselves
SEVERITY = {"critical": "bold red", "high": "red", "warning": "yellow", "info": "blue"}
RULER = "─" * 12
INDENT = 9  # of what stands below a touchpoint or a break: under the department
ROOM_FOR_FACTS = 30  # characters beside the columns; with less they go below
CLOSED = ("resolved", "withdrawn")


class Moment(NamedTuple):
    """A touchpoint, as the view `timeline` has it."""

    at: datetime
    event_id: str
    type: str
    department: str
    source: str
    direction: str
    channel: str
    team: str
    agent: str
    refs: Mapping[str, Sequence[str]]
    facts: Sequence[str]
    due_at: datetime | None
    attributes: Mapping[str, str]

    @property
    def matter(self) -> str:
        """What it is about, in the order in which people look for it."""
        return " ".join(f"{kind}:{ref}" for kind, refs in sorted(self.refs.items()) for ref in refs)


class Break(NamedTuple):
    """An alert, as the view `alerts` has it, and what the rule says to do first."""

    at: datetime
    alert_id: str
    rule: str
    title: str
    status: str
    level: str
    severity: str
    responsible: str
    matter: str
    occurrences: int
    ends_at: datetime | None
    summary: str
    cause: str
    evidence: Sequence[Sequence[Any]]
    first_step: str = ""


def evidence_of(events: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """The evidence of an alert for programs."""
    return [dict(zip(Evidence.__struct_fields__, event, strict=True)) for event in events]


class Customer(NamedTuple):
    """Who the customer is: identifiers (kind:value) with the time since when they are known."""

    customer_id: str
    identifiers: Sequence[tuple[str, datetime]]


def head(customer: Customer, moments: Sequence[Moment], breaks: Sequence[Break], personal: frozenset[str]) -> Iterator[RenderableType]:
    """Who it is, and how much there is of them."""
    open_breaks = sum(broken.status not in CLOSED for broken in breaks)
    departments = {moment.department for moment in moments}
    yield Text.assemble(("Customer ", "bold"), (customer.customer_id, "bold"))
    for kind in dict.fromkeys(identifier.partition(":")[0] for identifier, _ in customer.identifiers):
        values = [value_shown(identifier, personal) for identifier, _ in customer.identifiers if identifier.startswith(f"{kind}:")]
        yield Text(f"  {kind:<12} {', '.join(values)}", style="dim")
    yield Text.assemble(
        "  ",
        _count(len(moments), "touchpoint"),
        f" in {_count(len(departments), 'department')}, ",
        (_count(open_breaks, "open alert"), "bold red" if open_breaks else ""),
    )
    yield Text("  → from the customer   ← to the customer   · among ourselves", style="dim")


def value_shown(identifier: str, personal: frozenset[str]) -> str:
    """The value of `kind:value`; of a hash that stands for a person, the beginning."""
    kind, _, value = identifier.partition(":")
    return f"{value[:TOKEN_SHOWN]}…" if kind in personal and len(value) > TOKEN_SHOWN else value


def thread(moments: Sequence[Moment], breaks: Sequence[Break], zone: ZoneInfo) -> Iterator[RenderableType]:
    """Touchpoints and breaks in the order of time; a break comes after the touchpoints of its own instant."""
    colours = dict(zip(sorted({moment.department for moment in moments}), _endless(COLOURS), strict=False))
    widths = _widths(moments)
    last: datetime | None = None
    entries: list[Moment | Break] = [*moments, *breaks]
    for entry in sorted(entries, key=_place):
        local = entry.at.astimezone(zone)
        if last is not None and entry.at - last.astimezone(entry.at.tzinfo) > LONG_GAP:
            yield Text(f"\n  {RULER} {(entry.at - last).days} days {RULER}", style="dim")
        if last is None or local.date() != last.date():
            yield Text(f"\n{local:%a} {local.day} {local:%b %Y}", style="bold")
        yield _line(entry, local, widths, colours[entry.department]) if isinstance(entry, Moment) else broken(entry, zone)
        last = local


def broken(entry: Break, zone: ZoneInfo) -> RenderableType:
    """One break: what, why (the evidence), who should act, and their first step."""
    closed = entry.status in CLOSED
    style = "dim" if closed else SEVERITY.get(entry.severity, "red")
    mark = "✓" if closed else "✗" if entry.level == "broken" else "!"
    local = entry.at.astimezone(zone)
    lines = Table.grid(padding=(0, 1))
    lines.add_column(no_wrap=True, style="dim")
    lines.add_column(overflow="fold")
    for event in entry.evidence:
        _, at, type_, department = event[:4]
        when = at.astimezone(zone)
        lines.add_row("because" if at <= entry.at else "then", f"{when:%a} {when.day} {when:%b %H:%M}  {department}  {type_}")
    if not closed:
        lines.add_row("who acts", entry.responsible or "nobody is named by the rule")
    if entry.first_step and not closed:
        lines.add_row("first step", entry.first_step)
    said = entry.summary if entry.title.casefold() in entry.summary.casefold() else f"{entry.title}: {entry.summary}"
    title = Table.grid()
    title.add_column(no_wrap=True)
    title.add_column(overflow="fold")
    title.add_row(
        Text(f"  {local:%H:%M}  ", f"bold {style}"),
        Text.assemble((f"{mark} {said}", f"bold {style}"), (f"  [{_state(entry, zone)}]", "dim")),
    )
    return Group(title, Padding(lines, (0, 0, 0, INDENT), expand=False))


def _state(entry: Break, zone: ZoneInfo) -> str:
    words = [entry.severity, "at risk" if entry.level == "at_risk" else "", entry.status]
    if entry.cause:
        words.append(f"because of {entry.cause.replace('_', ' ')}")
    if entry.ends_at is not None:
        ended = entry.ends_at.astimezone(zone)
        words.append(f"ended {ended:%a} {ended.day} {ended:%b %H:%M}")
    if entry.occurrences > 1:
        words.append(f"{entry.occurrences} times")
    return ", ".join(word for word in words if word)


def _place(entry: Moment | Break) -> tuple[datetime, bool]:
    return entry.at, isinstance(entry, Break)


class Line:
    """One touchpoint: columns, and what else it says beside them, or below where the terminal is too narrow."""

    def __init__(self, columns: Text, facts: str) -> None:
        self._columns, self._facts = columns, facts

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        beside = options.max_width - self._columns.cell_len
        if not self._facts or beside < min(len(self._facts), ROOM_FOR_FACTS):
            yield Text(self._columns.plain.rstrip(), spans=self._columns.spans, no_wrap=True, overflow="ellipsis")
            if self._facts:
                yield Padding(Text(self._facts, style="dim"), (0, 0, 0, INDENT), expand=False)
            return
        grid = Table.grid()
        grid.add_column(width=self._columns.cell_len, no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(self._columns, Text(self._facts, style="dim"))
        yield grid


def _line(moment: Moment, local: datetime, widths: Sequence[int], colour: str) -> RenderableType:
    columns = Text(f"{local:  %H:%M}")
    cells = (
        (moment.department, colour),
        (f"{ARROWS.get(moment.direction, ' ')} {moment.type}", ""),
        (_by(moment), ""),
        (moment.matter, ""),
    )
    for (text, style), width in zip(cells, widths, strict=True):
        if width:
            cell = Text(text, style=style)
            cell.truncate(width, overflow="ellipsis", pad=True)
            columns.append("  ").append(cell)
    return Line(columns.append("  "), _facts(moment, local))


def _widths(moments: Sequence[Moment]) -> tuple[int, int, int, int]:
    """Columns as wide as what they hold, up to where a terminal of 120 columns has room for the facts."""
    return (
        min(14, max((len(moment.department) for moment in moments), default=0)),
        min(26, max((len(moment.type) + 2 for moment in moments), default=0)),
        min(20, max((len(_by(moment)) for moment in moments), default=0)),
        min(28, max((len(moment.matter) for moment in moments), default=0)),
    )


def _by(moment: Moment) -> str:
    return "/".join(word for word in (moment.team, moment.agent) if word)


def _facts(moment: Moment, local: datetime) -> str:
    words = [moment.channel]
    if moment.facts:
        words.append(f"told us {', '.join(moment.facts)}")
    if moment.due_at is not None:
        due = moment.due_at.astimezone(local.tzinfo)
        words.append(f"due {due:%a} {due.day} {due:%b %H:%M}")
    words += [f"{name}={value}" for name, value in sorted(moment.attributes.items()) if value]
    return shown("  ".join(word for word in words if word))


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _endless(colours: Sequence[str]) -> Iterator[str]:
    while True:
        yield from colours
