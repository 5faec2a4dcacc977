"""Find and read fixtures: those that ship beside the pack, and those in a company's own folder."""

from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path
from typing import NamedTuple

from schemas.fixture import Case, Fixture
from schemas.strict import InvalidConfiguration, line_of, load_yaml, validate


class Told(NamedTuple):
    """A fixture and the file in which it was told."""

    file: str
    text: str
    fixture: Fixture

    def line(self, *where: int | str) -> int:
        """Where in the file that stands, from 1."""
        return line_of(self.text, where)


def shipped_fixtures() -> tuple[Told, ...]:
    """The stories of the shipped rules inside one customer."""
    return _shipped("fixtures")


def shipped_across() -> tuple[Told, ...]:
    """The stories of the shipped rules across customers."""
    return _shipped("across_fixtures")


def _shipped(name: str) -> tuple[Told, ...]:
    with as_file(files("streams.rulepack").joinpath(name)) as folder:
        return fixtures_in(folder)


def stories_of(rule: str) -> tuple[Case, ...]:
    """The stories of one shipped rule, which stand in the file of its name; none for any other rule."""
    for name in ("fixtures", "across_fixtures"):
        with as_file(files("streams.rulepack").joinpath(name)) as folder:
            file = folder / f"{rule}.yaml"
            if file.is_file():
                return _read(file).fixture.cases
    return ()


def fixtures_in(path: Path) -> tuple[Told, ...]:
    """Every fixture in a folder and the folders below it, or in one file; raises `InvalidConfiguration` with file, line and field."""
    told: list[Told] = []
    problems: list[str] = []
    for file in _files(path):
        try:
            told.append(_read(file))
        except InvalidConfiguration as error:
            problems += error.problems
    if problems:
        raise InvalidConfiguration(problems)
    return tuple(told)


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    found = sorted(file for file in path.rglob("*") if file.suffix in (".yaml", ".yml"))
    if not found:
        raise InvalidConfiguration([f"{path}:1: there is no fixture here; a fixture is a YAML file that starts with rule:"])
    yield from found


def _read(file: Path) -> Told:
    text = file.read_text(encoding="utf-8")
    return Told(str(file), text, validate(Fixture, load_yaml(text, str(file)), str(file), text))
