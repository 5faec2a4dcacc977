"""Compile the rules of a company, and put them in the order in which they build on each other.

Everything that can be known to be wrong before the first touchpoint is refused here, all of it at once: each line of the error names the
rule, the field and, for a misspelt name, the nearest one that exists.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import NamedTuple

from schemas.nearest import nearest
from schemas.rule import Hours, Rule, Selector
from streams.core.calendar import Always, Calendar
from streams.core.rules.catalogue import EVERYBODY, Catalogue
from streams.core.rules.grouping import CUSTOMER
from streams.core.rules.judge import UPSTREAM, Judge, Upstream
from streams.core.rules.selector import flatten

WILD = frozenset("*?[")


class Setting(NamedTuple):
    """What a company gives all its rules; `off` are the rules that it has switched off."""

    words: Mapping[str, Selector]
    timezone: str
    catalogue: Catalogue
    calendars: Mapping[str, Always]
    off: Collection[str]


def open_calendars(hours: Mapping[str, Hours]) -> dict[str, Always]:
    """The calendars; raises ValueError for those that cannot be counted in."""
    problems: list[str] = []
    calendars: dict[str, Always] = {}
    for name, written in hours.items():
        try:
            calendars[name] = Calendar(written)
        except (NotImplementedError, ValueError) as error:  # holidays knows no such country or region
            problems.append(f"calendars.{name}: {error}")
    _raise(problems)
    return calendars


def compiled(rules: Mapping[str, Rule], setting: Setting) -> dict[str, Judge]:
    """Every rule after those that it builds on."""
    _raise(list(_wrong_words(setting)))
    problems: list[str] = []
    judges: dict[str, Judge] = {}
    for name, rule in rules.items():
        try:
            judges[name] = _judge(name, rule, setting)
        except ValueError as error:
            problems.append(f"rules.{name}.{error}")
    known = sorted({*rules, *setting.off})
    for judge in judges.values():
        problems += _unknown_alerts(judge, known)
    _raise(problems)
    return _in_order({name: (judge, _upstream(judge, known) - frozenset(setting.off)) for name, judge in judges.items()})


def _wrong_words(setting: Setting) -> Iterator[str]:
    for word in setting.words:
        try:
            for glob, _ in flatten(word, setting.words):
                if not glob.startswith(UPSTREAM):
                    setting.catalogue.departments(glob)
        except ValueError as error:
            yield f"words.{word}: {error}"


def _judge(name: str, rule: Rule, setting: Setting) -> Judge:
    calendar = Always(setting.timezone) if rule.calendar is None else setting.calendars.get(rule.calendar)
    if calendar is None:
        raise ValueError(f"calendar: there is no calendar {rule.calendar!r}{nearest(rule.calendar or '', setting.calendars)}")
    judge = Judge(name, rule, calendar, setting)
    for field, glob in judge.globs_by_field():
        if not glob.startswith(UPSTREAM):
            with _at(field):
                setting.catalogue.departments(glob)
    hears = (rule.hears,) if isinstance(rule.hears, str) else rule.hears or ()
    with _at("hears"):
        setting.catalogue.check(hears)
    judge.hears = tuple(hears) or tuple(_reporters(judge, setting.catalogue))
    return judge


@contextmanager
def _at(field: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{field}: {error}") from None


def _reporters(judge: Judge, catalogue: Catalogue) -> Collection[str]:
    """Everybody who could end a finding, or prolong or excuse it."""
    if judge.rule.judge == "settled":
        return (EVERYBODY,)
    globs = [glob for glob in judge.ending_globs() if not glob.startswith(UPSTREAM)]
    return {department for glob in globs for department in catalogue.departments(glob)}


def _upstream(judge: Judge, known: Iterable[str]) -> frozenset[str]:
    """The rules that it builds on. A glob means all the others."""
    found: set[str] = set()
    for glob in judge.globs:
        wild = not WILD.isdisjoint(glob)
        found |= {name for name in known if any(fnmatchcase(type, glob) for type in _alerts(name)) and not (wild and name == judge.name)}
    return frozenset(found)


def _unknown_alerts(judge: Judge, known: Iterable[str]) -> Iterator[str]:
    every = [type for name in known for type in _alerts(name)]
    for field, glob in judge.globs_by_field():
        if glob.startswith(UPSTREAM) and not any(fnmatchcase(type, glob) for type in every):
            yield f"rules.{judge.name}.{field}: there is no {glob!r}{nearest(glob, every)}"


def _alerts(name: str) -> tuple[str, str]:
    return f"{UPSTREAM}{name}.opened", f"{UPSTREAM}{name}.ended"


def _in_order(building: Mapping[str, tuple[Judge, frozenset[str]]]) -> dict[str, Judge]:
    """Upstream rules first, and whom a rule hears: also those whom the rules below it hear."""
    waiting, ordered = dict(building), dict[str, Judge]()
    while waiting:
        ready = [name for name, (_, upstream) in waiting.items() if upstream <= ordered.keys()]
        if not ready:
            circles = {name: _circle(name, {name: upstream for name, (_, upstream) in waiting.items()}) for name in waiting}
            _raise([f"rules.{name}: builds on itself: {' -> '.join(circle)}" for name, circle in circles.items() if circle])
        for name in ready:
            judge, upstream = waiting.pop(name)
            below = [ordered[other] for other in sorted(upstream)]
            odd = [other.name for other in below if judge.per not in ((CUSTOMER,), other.per)]
            if odd:
                raise ValueError(f"rules.{name}.per: must be customer, or the same as in {', '.join(odd)}, on which it builds")
            judge.builds_on = tuple(Upstream(other, frozenset(filter(judge.mentions, _alerts(other.name)))) for other in below)
            judge.hears = tuple(sorted({*judge.hears}.union(*(other.hears for other in below))))
            ordered[name] = judge
    return ordered


def _circle(name: str, builds_on: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """The shortest way from the rule back to itself; nothing for one that only builds on a circle of others."""
    ways: list[tuple[str, ...]] = [(name,)]
    seen = {name}
    for way in ways:
        for upstream in sorted(builds_on[way[-1]] & builds_on.keys()):
            if upstream == name:
                return (*way, name)
            if upstream not in seen:
                seen.add(upstream)
                ways.append((*way, upstream))
    return ()


def _raise(problems: list[str]) -> None:
    if problems:
        raise ValueError("\n".join(problems))
