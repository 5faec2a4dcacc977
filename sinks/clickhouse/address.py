"""Where a ClickHouse server is and who we are there: `clickhouse://user:password@host:port/database`.

`clickhouses://` encrypts; `?ca_file=PATH` names a PEM file of those who may vouch for the server. A password belongs in the environment or a file rather than in a URL: what the caller read there is given as
`password`, and `?password_file=PATH` names a file.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from clickhouse_driver import Client

from sinks.clickhouse.errors import InvalidAddress

NATIVE, NATIVE_TLS, HTTP, HTTP_TLS = 9000, 9440, 8123, 8443  # ClickHouse's own defaults
CONNECT_TIMEOUT = 5  # seconds until a server that does not answer counts as down; the sink then waits and tries again
ANSWER_TIMEOUT = 300  # seconds between two packets of an answer


@dataclass(frozen=True, kw_only=True)
class Address:
    """A server; `repr` does not show the password."""

    host: str = "127.0.0.1"
    port: int = NATIVE
    http_port: int = HTTP
    user: str = "default"
    password: str = field(default="", repr=False)
    database: str = "redthread"
    secure: bool = False
    ca_file: str = ""

    @property
    def url(self) -> str:
        """Without the password."""
        return f"clickhouse{'s' if self.secure else ''}://{self.user}@{self.host}:{self.port}/{self.database}"

    @property
    def http_url(self) -> str:
        return f"http{'s' if self.secure else ''}://{self.host}:{self.http_port}"


def parse(url: str, *, password: str | None = None) -> Address:
    """The address that people wrote; a password in the URL or its file wins over `password`."""
    parts = urlsplit(url)
    if parts.scheme not in ("clickhouse", "clickhouses") or not parts.hostname:
        raise InvalidAddress(f"{_shown(url)!r} is no address: write clickhouse://user:password@host:9000/database")
    options = parse_qs(parts.query)
    unknown = set(options) - {"password_file", "http_port", "ca_file"}
    if unknown:
        raise InvalidAddress(f"{_shown(url)!r}: unknown option {min(unknown)!r}; known are ca_file, http_port and password_file")
    secure = parts.scheme == "clickhouses"
    try:
        port, http = parts.port or (NATIVE_TLS if secure else NATIVE), int(options.get("http_port", [HTTP_TLS if secure else HTTP])[0])
    except ValueError as error:
        raise InvalidAddress(f"{_shown(url)!r}: {error}") from None
    found = Address(host=parts.hostname, port=port, http_port=http, secure=secure, ca_file=_authorities(url, secure, options))
    database = unquote(parts.path.strip("/")) or found.database
    return replace(
        found, database=database, user=unquote(parts.username or "default"), password=_password(url, parts.password, options, password)
    )


def _authorities(url: str, secure: bool, options: dict[str, list[str]]) -> str:
    file = options.get("ca_file", [""])[0]
    if file and not secure:
        raise InvalidAddress(f"{_shown(url)!r}: ca_file is for clickhouses://, which encrypts")
    if file and not Path(file).is_file():
        raise InvalidAddress(f"{_shown(url)!r}: there is no file {file}")
    return file


def _password(url: str, written: str | None, options: dict[str, list[str]], given: str | None) -> str:
    if written is not None:
        return unquote(written)
    if "password_file" in options:
        path = Path(options["password_file"][0])
        try:
            return path.read_text(encoding="utf-8").rstrip("\n")
        except OSError as error:
            raise InvalidAddress(f"{_shown(url)!r}: cannot read the password file {path}: {error.strerror}") from None
    return given or ""


def _shown(url: str) -> str:
    """A URL for an error message: whatever stands before the host is left out."""
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"


def connect(
    address: Address | str, *, database: str = "default", patience: float = ANSWER_TIMEOUT, reconnects: bool = True, **settings: Any
) -> Client:
    """A client of the native protocol; it connects with its first query. `settings` are the driver's.

    Ours may not exist yet and every statement names it, so `default` is the database in use unless another is asked for. `patience` is
    in seconds. One that does not reconnect raises once when the server has closed the connection, and connects again with its next query.
    """
    found = parse(address) if isinstance(address, str) else address
    return Client(
        found.host,
        port=found.port,
        database=database,
        user=found.user,
        password=found.password,
        secure=found.secure,
        ca_certs=found.ca_file or None,
        client_name="redthread",
        compression=False,  # costs the worker more CPU than it saves on a local network
        connect_timeout=min(CONNECT_TIMEOUT, patience),
        send_receive_timeout=patience,
        disable_reconnect=not reconnects,
        settings=settings,
    )
