"""A rule as sentences, in English or German: what it demands, from what it waits, and when it looks again.

The sentences are made from the compiled fields, never from the rule's title, so that they cannot say something else than the rule does.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from schemas.rule import Expect, Forbid, Limit, PingPong, Rule, Select

Language = Literal["en", "de"]

TEXTS: Mapping[str, Mapping[Language, str]] = {
    "expect": {
        "en": "When {after} has happened, {then} must follow {time}.",
        "de": "Nach {after} muss {then} folgen, {time}.",
    },
    "within": {"en": "within {within}", "de": "innerhalb von {within}"},
    "working": {"en": " of the opening hours `{calendar}`", "de": " der Öffnungszeiten `{calendar}`"},
    "by": {"en": "by the time that its field `{by}` names", "de": "bis zu dem Zeitpunkt im Feld `{by}`"},
    "end_of": {"en": ", until that {end_of} is over", "de": ", und zwar bis zum Ende dieses Tages"},
    "grace": {"en": "{grace} more do not count.", "de": "{grace} darüber zählen nicht."},
    "unless": {
        "en": "It is no longer expected once {unless} has happened.",
        "de": "Es wird nicht mehr erwartet, sobald {unless} eintritt.",
    },
    "pause": {
        "en": "The time from {after} to {until} is not counted.",
        "de": "Die Zeit von {after} bis {until} wird nicht mitgezählt.",
    },
    "warn": {"en": "An alert at risk comes {warn} before.", "de": "Eine Warnung kommt {warn} vorher."},
    "anytime": {"en": "An earlier {then} counts too.", "de": "Ein früheres {then} zählt auch."},
    "after": {
        "en": "After {after}{span}, {what} must not happen{others}.",
        "de": "Nach {after}{span} darf {what} nicht vorkommen{others}.",
    },
    "before": {
        "en": "{what} must not happen before {before} has happened.",
        "de": "{what} darf nicht vorkommen, bevor {before} eingetreten ist.",
    },
    "others": {"en": " by another `{each}` than the first", "de": " von einem anderen `{each}` als dem ersten"},
    "edge": {"en": "Closer than {grace} to the beginning is not counted.", "de": "Näher als {grace} am Beginn zählt nicht."},
    "limit": {"en": "{what} may happen at most {times}{span}.", "de": "{what} darf höchstens {times} vorkommen{span}."},
    "limit_each": {
        "en": "{what} may come with at most {number} different `{each}`{span}.",
        "de": "{what} darf von höchstens {number} verschiedenen `{each}` kommen{span}.",
    },
    "until": {"en": " until {until}", "de": " bis {until}"},
    "span": {"en": " within {within}", "de": " binnen {within}"},
    "till": {"en": " until the time in `{till}`", "de": " bis zum Zeitpunkt in `{till}`"},
    "pingpong": {
        "en": "With {what}, the `{holder}` must not go from A to B and back to A{back}.",
        "de": "Bei {what} darf `{holder}` nicht von A zu B und zurück zu A gehen{back}.",
    },
    "back": {
        "en": ", so that A has it back within {within} of its own last touch",
        "de": ", sodass A es binnen {within} nach der eigenen letzten Berührung wieder hat",
    },
    "direct": {"en": "Between them is B alone.", "de": "Dazwischen liegt allein B."},
    "ignore": {"en": "A `{holder}` of these does not count: {ignore}.", "de": "Nicht gezählt wird `{holder}` mit: {ignore}."},
    "times": {"en": "It takes {times} of them for an alert.", "de": "Erst {times} davon ergeben eine Meldung."},
    "ends": {"en": "It ends with {until}.", "de": "Es endet mit {until}."},
    "per": {"en": "Judged together: what has the same {per}.", "de": "Zusammen beurteilt wird, was gleich ist in: {per}."},
    "loose": {
        "en": "An answer that belongs to no matter answers for every matter.",
        "de": "Eine Antwort ohne Vorgang gilt für jeden Vorgang.",
    },
    "hears": {
        "en": "Waits until these have reported everything up to then: {hears}.",
        "de": "Wartet, bis alles bis dahin gemeldet haben: {hears}.",
    },
    "at_once": {"en": "Speaks at once, whatever the clocks say.", "de": "Meldet sofort, unabhängig von den Uhren."},
    "wakes_due": {"en": "Looks again at the due time{warned}.", "de": "Sieht zur Fälligkeit wieder nach{warned}."},
    "warned": {"en": " and {warn} before it", "de": " und {warn} davor"},
    "wakes_sure": {
        "en": "Looks again when those it waits for are complete.",
        "de": "Sieht wieder nach, wenn die Erwarteten vollständig sind.",
    },
    "wakes_touch": {"en": "Looks again only when something new comes.", "de": "Sieht nur wieder nach, wenn etwas Neues kommt."},
    "or": {"en": "or", "de": "oder"},
    "once": {"en": "once", "de": "einmal"},
    "often": {"en": "{number} times", "de": "{number}-mal"},
}
UNITS: Mapping[str, Mapping[Language, tuple[str, str]]] = {
    "s": {"en": ("second", "seconds"), "de": ("Sekunde", "Sekunden")},
    "m": {"en": ("minute", "minutes"), "de": ("Minute", "Minuten")},
    "h": {"en": ("hour", "hours"), "de": ("Stunde", "Stunden")},
    "d": {"en": ("day", "days"), "de": ("Tag", "Tagen")},
    "w": {"en": ("week", "weeks"), "de": ("Woche", "Wochen")},
}


def in_words(rule: Rule, language: Language = "en") -> Iterator[str]:
    """The sentences that say what `rule` demands."""
    for verb in (rule.expect, rule.forbid, rule.limit, rule.pingpong):
        match verb:
            case Expect():
                yield from _expect(verb, rule, language)
            case Forbid():
                yield from _forbid(verb, language)
            case Limit():
                yield from _limit(verb, language)
            case PingPong():
                yield from _pingpong(verb, language)
    yield _say("per", language, per=_list(rule.per, language, "+"))
    if rule.loose:
        yield _say("loose", language)


def waits_in_words(rule: Rule, hears: tuple[str, ...], language: Language = "en") -> Iterator[str]:
    """The sentences that say whose clocks it waits for, and when it looks again without anything new."""
    waits = rule.expect is not None or rule.sure or (rule.forbid is not None and bool(rule.forbid.before))
    yield _say("hears", language, hears=", ".join(hears)) if waits else _say("at_once", language)
    if rule.expect is not None:
        warned = _say("warned", language, warn=duration(rule.expect.warn, language)) if rule.expect.warn else ""
        yield _say("wakes_due", language, warned=warned)
    else:
        yield _say("wakes_sure" if waits else "wakes_touch", language)


def duration(text: str, language: Language) -> str:
    """`8h` as a person says it."""
    number, unit = text[:-1].strip(), text[-1]
    one, many = UNITS[unit][language]
    return f"{number} {one if number == '1' else many}"


def selector(value: Any, language: Language = "en") -> str:
    """A selector as a person reads it: the types, what they must carry, and the names of words."""
    if isinstance(value, Select):
        where = " and ".join(_test(name, test) for name, test in value.where.items())
        return f"{_list(value.type, language)} ({where})" if where else _list(value.type, language)
    if isinstance(value, (list, tuple)):
        return f" {_say('or', language)} ".join(dict.fromkeys(selector(item, language) for item in value))
    return str(value)


def _test(name: str, test: Any) -> str:
    signs = {"lt": "<", "le": "≤", "gt": ">", "ge": "≥", "not": "is not"}
    written = test.model_dump(by_alias=True, exclude_none=True) if hasattr(test, "model_dump") else test
    if not isinstance(written, Mapping):
        return f"{name} = {selector(written)}"
    parts = [f"{name} {signs[key]} {selector(bound)}" for key, bound in written.items() if key in signs]
    if "exists" in written:
        parts.append(f"{name} is there" if written["exists"] else f"without {name}")
    return " and ".join(parts)


def _list(value: Any, language: Language, between: str | None = None) -> str:
    items = [value] if isinstance(value, str) else list(value)
    return f" {between or _say('or', language)} ".join(str(item) for item in items)


def _say(key: str, language: Language, **values: Any) -> str:
    sentence = TEXTS[key][language].format(**values)
    return sentence[:1].upper() + sentence[1:] if sentence.endswith(".") and not sentence.startswith(" ") else sentence


def _expect(verb: Expect, rule: Rule, language: Language) -> Iterator[str]:
    yield _say(
        "expect", language, after=selector(verb.after, language), then=selector(verb.then, language), time=_time(verb, rule, language)
    )
    if verb.grace:
        yield _say("grace", language, grace=duration(verb.grace, language))
    if verb.unless:
        yield _say("unless", language, unless=selector(verb.unless, language))
    if verb.pause:
        yield _say("pause", language, after=selector(verb.pause.after, language), until=selector(verb.pause.until, language))
    if verb.warn:
        yield _say("warn", language, warn=duration(verb.warn, language))
    if verb.anytime:
        yield _say("anytime", language, then=selector(verb.then, language))


def _time(verb: Expect, rule: Rule, language: Language) -> str:
    time = _say("within", language, within=duration(verb.within, language)) if verb.within else _say("by", language, by=verb.by)
    if rule.calendar and verb.within:
        time += _say("working", language, calendar=rule.calendar)
    return time + (_say("end_of", language, end_of=verb.end_of) if verb.end_of else "")


def _forbid(verb: Forbid, language: Language) -> Iterator[str]:
    what = selector(verb.what, language)
    if verb.before:
        yield _say("before", language, what=what, before=selector(verb.before, language))
    else:
        others = _say("others", language, each=verb.each) if verb.others else ""
        yield _say("after", language, after=selector(verb.after, language), what=what, span=_span(verb, language), others=others)
    if verb.grace:
        yield _say("edge", language, grace=duration(verb.grace, language))
    yield from _times(verb.times, language)


def _limit(verb: Limit, language: Language) -> Iterator[str]:
    what, span = selector(verb.what, language), _span(verb, language)
    if verb.each:
        yield _say("limit_each", language, what=what, number=verb.at_most, each=verb.each, span=span)
    else:
        times = _say("once", language) if verb.at_most == 1 else _say("often", language, number=verb.at_most)
        yield _say("limit", language, what=what, times=times, span=span)


def _pingpong(verb: PingPong, language: Language) -> Iterator[str]:
    back = _say("back", language, within=duration(verb.within, language)) if verb.within else ""
    yield _say("pingpong", language, what=selector(verb.what, language), holder=verb.holder, back=back)
    if verb.direct:
        yield _say("direct", language)
    if verb.ignore:
        yield _say("ignore", language, holder=verb.holder, ignore=", ".join(map(str, verb.ignore)))
    yield from _times(verb.times, language)
    if verb.until:
        yield _say("ends", language, until=selector(verb.until, language))


def _span(verb: Forbid | Limit, language: Language) -> str:
    words = _say("span", language, within=duration(verb.within, language)) if verb.within else ""
    words += _say("till", language, till=verb.till) if verb.till else ""
    return words + (_say("until", language, until=selector(verb.until, language)) if verb.until else "")


def _times(times: int, language: Language) -> Iterator[str]:
    if times > 1:
        yield _say("times", language, times=times)
