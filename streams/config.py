"""Read `redthread.yaml`: merge the shipped pack under it, take in source files, and say exactly what is wrong.

Precedence: the company's own text over the pack. A rule is merged field by field, so that a company changes one number without
repeating the rule; `null` takes a field away and `off` switches a rule off.
"""

from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from schemas.company import DEPARTMENTS, Company
from schemas.rule import Rule
from schemas.source import Source
from schemas.strict import InvalidConfiguration, line_of, load_yaml, validate
from schemas.vocabulary import VOCABULARY
from streams.core.alerts import AlertBook
from streams.core.contacts import ContactBook
from streams.core.journeys import JourneyBook
from streams.core.rules.court import Court

PACKS = ("standard", "none")
T = TypeVar("T")
MERGED = ("calendars", "words", "journeys", "rules", "across", "contact_policy")  # mappings of the pack that a company adds to or changes


class Loaded(NamedTuple):
    """A company that can be run: its file, its compiled rules."""

    company: Company
    court: Court
    path: Path


def load(path: Path) -> Loaded:
    """The company in `path` (a file, or a folder that holds `redthread.yaml`); raises `InvalidConfiguration`."""
    path = path / "redthread.yaml" if path.is_dir() else path
    if not path.is_file():
        raise InvalidConfiguration([f"{path}:1: there is no such file; start from deploy/examples/minimal/redthread.yaml"])
    text = path.read_text(encoding="utf-8")
    written = load_yaml(text, str(path))
    if not isinstance(written, dict):
        raise InvalidConfiguration([f"{path}:1: (the document): must be a mapping that starts with company:"])
    pack = written.pop("pack", "standard")
    if pack not in PACKS:
        raise InvalidConfiguration([f"{path}:1: pack: {pack!r} is not one of {', '.join(PACKS)}"])
    merged = _over(_for(written, shipped()) if pack == "standard" else {}, written)
    merged["sources"] = _sources(written.get("sources", ()), path)
    company = validate(Company, merged, str(path), text)
    court, problems = _compiled(court_of, company)
    _, others = _compiled(journeys_of, company)
    if court is None or others:
        raise InvalidConfiguration(_located(problem, path, text) for problem in (*problems, *others))
    return Loaded(company, court, path)


def _compiled(make: Callable[[Company], T], company: Company) -> tuple[T | None, list[str]]:
    try:
        return make(company), []
    except ValueError as error:
        return None, str(error).splitlines()


def _located(problem: str, path: Path, text: str) -> str:
    """`rules.silence: reason` with the file, and the line on which that rule stands there (1 when it is the pack's)."""
    field, _, _ = problem.partition(":")
    return f"{path}:{line_of(text, tuple(field.split('.')))}: {problem}"


def shipped() -> dict[str, Any]:
    """The standard pack: calendars, words, matter, rules, journeys."""
    pack: dict[str, Any] = {}
    for name in ("standard.yaml", "across.yaml", "journeys.yaml"):
        pack |= load_yaml(files("streams.rulepack").joinpath(name).read_text(encoding="utf-8"), name)
    return pack


def court_of(company: Company) -> Court:
    """The company's enabled rules, compiled."""
    return Court(
        _enabled(company),
        words=company.words,
        types=catalogue(company),
        calendars=company.calendars,
        matter=company.matter,
        timezone=company.timezone,
        off=[name for name, rule in company.rules.items() if not rule.enabled],
        contact_policy=company.contact_policy,
    )


def alerts_of(company: Company) -> AlertBook:
    """What the company's enabled rules say of their alerts."""
    named = {**company.words, **company.calendars}
    return AlertBook(_enabled(company), company.journeys, timezone=company.timezone, named=named)


def _enabled(company: Company) -> dict[str, Rule]:
    return {name: rule for name, rule in company.rules.items() if rule.enabled}


def journeys_of(company: Company) -> JourneyBook:
    """The company's journeys, compiled."""
    return JourneyBook(company.journeys, words=company.words, matter=company.matter, types=catalogue(company))


def contacts_of(company: Company, court: Court) -> ContactBook:
    """What the company's rules say of a contact before it happens."""
    return ContactBook(court, timezone=company.timezone)


def catalogue(company: Company) -> dict[str, tuple[str, ...]]:
    """Event type -> departments that report it: the vocabulary, the company's own types, and what its sources say they emit."""
    types: dict[str, set[str]] = {name: set(entry.departments) for name, entry in VOCABULARY.items()}
    for name, departments in company.types.items():
        types.setdefault(name, set()).update([departments] if isinstance(departments, str) else departments)
    for source in company.sources:
        for name, departments in source.types.items():
            types.setdefault(name, set()).update(departments)
    return {name: tuple(sorted(departments)) for name, departments in types.items()}


def _for(written: Mapping[str, Any], pack: Mapping[str, Any]) -> dict[str, Any]:
    """The pack without what customers are contacted for by departments that the company does not have."""
    departments, policy = written.get("departments") or DEPARTMENTS, pack["contact_policy"]
    purposes = {name: purpose for name, purpose in policy["purposes"].items() if purpose["department"] in departments}
    return {**pack, "contact_policy": {**policy, "purposes": purposes}}


def _over(pack: Mapping[str, Any], written: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**pack, **written}
    for name in MERGED:
        below, above = pack.get(name) or {}, written.get(name) or {}
        if isinstance(above, dict):
            merged[name] = {key: _merge(below.get(key), above[key]) if key in above else below[key] for key in {**below, **above}}
    return merged


def _merge(below: Any, above: Any) -> Any:
    """`above` over `below`, field by field; null takes a field away."""
    if above == "off" and isinstance(below, dict):
        return {**below, "enabled": False}
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    merged = {key: _merge(below.get(key), above[key]) if key in above else below[key] for key in {**below, **above}}
    return {key: value for key, value in merged.items() if value is not None}


def _sources(written: Any, path: Path, lending: tuple[Path, ...] = ()) -> list[Any]:
    """Sources stand in the file itself, or in files that it names (globs, relative to it); a company's file lends all that it has."""
    sources: list[Any] = []
    for entry in written if isinstance(written, list | tuple) else (written,):
        if not isinstance(entry, str):
            sources.append(validate(Source, entry, str(path)) if lending else entry)
            continue
        found = sorted(path.parent.glob(entry))
        if not found:
            raise InvalidConfiguration([f"{path}:1: sources: no file matches {entry!r} in {path.parent}"])
        for file in found:
            text = file.read_text(encoding="utf-8")
            document = load_yaml(text, str(file))
            if not isinstance(document, dict) or "sources" not in document:
                sources.append(validate(Source, document, str(file), text))
            elif file in (path, *lending):
                raise InvalidConfiguration([f"{path}:1: sources: {entry!r} lends its sources to itself"])
            else:
                sources += _sources(document["sources"], file, (*lending, path))
    return sources
