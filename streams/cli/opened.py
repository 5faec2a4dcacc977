"""Data opened to be looked at: a read-only reader of its ClickHouse, and the company that it was made for.

The server of the data folder is used when it runs (a pipeline is at work, or `redthread clickhouse`), else it is started for this one
command. Whatever a command needs beyond the tables (the company's words, the key of the hashes) is read when it is asked for.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import typer

from schemas.rule import Texts
from schemas.strict import InvalidConfiguration
from sinks.clickhouse.address import Address, parse
from sinks.clickhouse.errors import UNANSWERED, InvalidAddress, InvalidQuery, ServerError, sentence
from sinks.clickhouse.reader import Reader
from sinks.clickhouse.server import EmbeddedServer
from streams.cli.options import COMPANY_FILE
from streams.cli.output import complain
from streams.cli.rule_texts import Language
from streams.config import Loaded, load
from streams.folder import DataFolder
from streams.newest import newest_touchpoint
from streams.settings import Settings
from streams.sources.normalise import Identifiers

LONGEST_REFUSAL = 600  # characters of a refused query's message; some repeat the whole query


class Opened:
    """The tables and the company behind them."""

    def __init__(self, reader: Reader, folder: DataFolder, company: Path | None) -> None:
        self.reader, self._folder, self._company = reader, folder, company

    def rows(self, query: str, **values: Any) -> Sequence[Sequence[Any]]:
        """The rows of one of our own queries."""
        return list(self.reader.query(query, {name: _plain(value) for name, value in values.items()}).rows)

    def newest(self) -> datetime | None:
        """When the newest touchpoint occurred; see `streams.newest`."""
        return newest_touchpoint(self.reader)

    @cached_property
    def loaded(self) -> Loaded:
        """The company that the data were made for; raises `InvalidConfiguration` when nobody says which."""
        if self._company is not None:
            return load(self._company)
        try:
            return load(self._folder.company())
        except InvalidConfiguration:
            if COMPANY_FILE.is_file():
                return load(COMPANY_FILE)
            raise

    @cached_property
    def identifiers(self) -> Identifiers:
        """Plain values to identifiers, as ingest makes them; without the key, personal ones match nobody."""
        return Identifiers(self.loaded.company, self._folder.secret(Settings()) if self.has_secret else b"")

    @cached_property
    def has_secret(self) -> bool:
        """Is the key of the hashes at hand? Looking makes none: it would match nothing."""
        return Settings().identifier_secret() is not None or (self._folder.path / "secret").is_file()

    @cached_property
    def personal(self) -> frozenset[str]:
        """Kinds of identifier that are held as hashes."""
        return frozenset(name for name, kind in self.loaded.company.kinds.items() if kind.personal)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The company's time zone."""
        return ZoneInfo(self.loaded.company.timezone)

    def first_step(self, rule: str, language: Language) -> str:
        """What those responsible should do first; nothing for a rule that the company no longer has."""
        found = self.loaded.company.rules.get(rule)
        return "" if found is None else text_in(found.first_step, language)


def text_in(text: Texts, language: Language) -> str:
    """The text in the language, else in the one there is."""
    return text.get(language) or next(iter(text.values()), "")


def _plain(value: Any) -> Any:
    """A parameter as the server reads it: the driver would cut an instant to whole seconds."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value


@contextmanager
def opened(data: Path, server: str | None, company: Path | None = None) -> Iterator[Opened]:
    """The data in the folder, or on the server; a query that the server refuses ends the command (exit code 1)."""
    with opened_server(data, server) as reader:
        yield Opened(reader, DataFolder(data), company)


@contextmanager
def opened_server(data: Path, server: str | None) -> Iterator[Reader]:
    """A read-only reader; raises `ConnectionError` when the server is away."""
    try:
        with _address(data, server) as address, closing(Reader(address)) as reader:
            yield reader
    except InvalidAddress as error:
        complain(str(error))
        raise typer.Exit(2) from None
    except InvalidQuery as error:
        complain(_short(str(error)))
        raise typer.Exit(1) from None
    except (ServerError, *UNANSWERED) as error:
        raise ConnectionError(sentence(error)) from None


@contextmanager
def _address(data: Path, server: str | None) -> Iterator[Address]:
    if server is not None:
        yield parse(server, password=Settings().password())
        return
    folder = DataFolder(data)
    folder.company()
    with EmbeddedServer(folder.clickhouse) as address:
        yield address


def _short(refusal: str) -> str:
    """The server's sentence without the list of everything that it would have understood."""
    words = refusal.partition(" Expected one of")[0]
    if "readonly mode" in words:
        return f"only reading queries are answered here, and the server refuses this one: {words.removeprefix('default: ')}"
    return words if len(words) <= LONGEST_REFUSAL else f"{words[:LONGEST_REFUSAL]}…"
