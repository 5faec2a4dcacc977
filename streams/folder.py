"""The data folder of an embedded pipeline (`--data DIR`): stream state, ClickHouse, the secret, and which company it belongs to."""

import json
import secrets
from pathlib import Path

from schemas.strict import InvalidConfiguration
from streams.settings import Settings

SECRET_BYTES = 32


class DataFolder:
    """Made on first use. Everything that a later command needs to look into the same data."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def state(self) -> Path:
        return self.path / "state"

    @property
    def clickhouse(self) -> Path:
        return self.path / "clickhouse"

    @property
    def commands(self) -> Path:
        """What people said to these data, a CloudEvent a line: read like any other file, so that it can be read again."""
        return self.path / "commands.jsonl"

    @property
    def _about(self) -> Path:
        return self.path / "redthread.json"

    @property
    def exists(self) -> bool:
        """Has it been filled?"""
        return self._about.exists()

    def create(self, company: Path, partitions: int = 1) -> int:
        """Make the folder and remember the company file; a folder that belongs to another company is refused.

        Returns the number of partitions of its state: that of the first time, because a state is looked for where its key lives.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        known = self.company() if self._about.exists() else None
        if known is not None and known != company.resolve():
            raise InvalidConfiguration([f"{self.path}: holds the data of {known}; choose another --data folder for {company}"])
        if known is None:
            new = self._about.with_suffix(".new")  # moved into place, so that a kill leaves the note whole or not at all
            new.write_text(json.dumps({"company": str(company.resolve()), "partitions": partitions}) + "\n", encoding="utf-8")
            new.replace(self._about)
        return int(json.loads(self._about.read_text(encoding="utf-8"))["partitions"])

    def company(self) -> Path:
        """The company file that the data were made with."""
        if not self._about.exists():
            raise InvalidConfiguration(
                [f"{self.path}: holds no Redthread data; run `redthread demo` or `redthread run` first, or name the folder with --data"]
            )
        return Path(json.loads(self._about.read_text(encoding="utf-8"))["company"])

    def secret(self, settings: Settings) -> bytes:
        """The key of the identifier hashes: from the environment, else made once and kept in the folder, readable by its owner only."""
        given = settings.identifier_secret()
        if given is not None:
            return given
        file = self.path / "secret"
        if not file.exists():
            self.path.mkdir(parents=True, exist_ok=True)
            file.touch(mode=0o600)
            file.write_text(secrets.token_hex(SECRET_BYTES), encoding="ascii")
        return file.read_bytes().strip()
