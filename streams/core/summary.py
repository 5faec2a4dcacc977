"""One plain sentence for people: who, what, since when, which team or department.

It names matters, departments, teams, channels and times (in the company's zone), and nothing that says who the customer or the
member of staff is: no identifier, no free text of an event.
"""

from collections.abc import Iterable, Sequence
from datetime import tzinfo

from msgspec import Struct

from schemas.alert import Level, Status
from schemas.rule import Rule
from schemas.touchpoint import Touchpoint
from streams.core.calendar import moment

MONTHS = (  # in English, whatever the locale of the machine
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
NAMED = ("team", "department", "channel", "source")  # fields whose values are the company's own names
AT_MOST = 3  # names that are spelt out; a sentence with more is not read


class Facts(Struct, frozen=True, kw_only=True):
    """What a sentence is made of. `evidence` and `hits` are oldest first; `hits` are those that broke the rule."""

    rule: Rule
    subject: str
    status: Status
    level: Level
    since: int
    until: int | None
    size: int
    evidence: Sequence[Touchpoint]
    hits: Sequence[Touchpoint]


def summary(facts: Facts, zone: tzinfo) -> str:
    """The sentence, with its full stop."""
    rule = facts.rule
    if rule.pingpong is not None:
        return _sent_to_and_fro(facts, rule.pingpong.holder, zone)
    if rule.expect is not None:
        said = _missing(facts, zone)
    elif rule.limit is not None:
        said = _too_many(facts, rule.limit.each, zone)
    else:
        said = _forbidden(facts, zone)
    return f"{facts.subject}: {_lower(rule.title)}; {said}."


def reason(title: str, evidence: Sequence[Touchpoint], ends_with: Sequence[str], zone: tzinfo) -> str:
    """Why a contact would break a rule, as a sentence: what has happened, or what has not happened yet."""
    if not evidence:
        return f"{title}; not yet: {listed(_distinct(_spoken(type) for type in ends_with))}."
    first = evidence[0]
    since = f"{_times(len(evidence))} since" if len(evidence) > 1 else "on"
    return f"{title}; {_what(evidence)} ({_where(evidence)}) {since} {local_time(first.at, zone)}."


def local_time(at: int, zone: tzinfo) -> str:
    """`4 March 2026 10:20`."""
    local = moment(at).astimezone(zone)
    return f"{local.day} {MONTHS[local.month - 1]} {local.year} {local:%H:%M}"


def _sent_to_and_fro(facts: Facts, holder: str, zone: tzinfo) -> str:
    names = _values(facts.evidence, holder)
    between = f" between {listed(names)}" if names else ""
    return f"{facts.subject} went back and forth{between} {_times(facts.size)} {_span(facts, zone)}."


def _missing(facts: Facts, zone: tzinfo) -> str:
    opener = facts.hits[0]
    told = f"{_what([opener])} ({_where([opener])}) on {local_time(opener.at, zone)}"
    if facts.status == "held":
        return f"{told}, due on {local_time(facts.since, zone)}, but those who could have acted have not reported that far"
    return f"{told}, {'at risk' if facts.level == 'at_risk' else 'overdue'} {_span(facts, zone)}"


def _too_many(facts: Facts, each: str | None, zone: tzinfo) -> str:
    names = _values(facts.evidence, each) if each else []
    by = f" ({listed(names)})" if names else f" ({_where(facts.evidence)})"
    first = local_time(facts.evidence[0].at, zone)
    return f"{_what(facts.evidence)} {_times(len(facts.evidence))}{by} since {first}, too often {_span(facts, zone)}"


def _forbidden(facts: Facts, zone: tzinfo) -> str:
    hit = facts.hits[0]
    often = f" {_times(len(facts.hits))}, first" if len(facts.hits) > 1 else ""
    told = f"{_what(facts.hits)} ({_where(facts.hits)}){often} on {local_time(hit.at, zone)}"
    before = [t for t in facts.evidence if t.at <= hit.at and t not in facts.hits]
    return f"{told}, after {_what(before[:1])} ({_where(before[:1])}) on {local_time(before[0].at, zone)}" if before else told


def _span(facts: Facts, zone: tzinfo) -> str:
    since = local_time(facts.since, zone)
    return f"since {since}" if facts.until is None else f"from {since} until {local_time(facts.until, zone)}"


def _what(touchpoints: Iterable[Touchpoint]) -> str:
    return listed(_distinct(_spoken(t.type) for t in touchpoints))


def _spoken(type: str) -> str:
    """`ticket.assigned` is written `ticket assigned`."""
    return type.replace(".", " ").replace("_", " ")


def _where(touchpoints: Sequence[Touchpoint]) -> str:
    return listed(_values(touchpoints, "team") or _values(touchpoints, "department"))


def _values(touchpoints: Iterable[Touchpoint], field: str) -> list[str]:
    return _distinct(str(getattr(t, field)) for t in touchpoints if getattr(t, field)) if field in NAMED else []


def _distinct(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def listed(names: Sequence[str]) -> str:
    """`A`, `A and B`, `A, B and C`, `A, B, C and 2 more`."""
    if len(names) > AT_MOST:
        names = [*names[:AT_MOST], f"{len(names) - AT_MOST} more"]
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _lower(title: str) -> str:
    """The title inside a sentence; abbreviations (`VAT invoice missing`) keep their capitals."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
