"""`redthread clickhouse`: keep the data folder's own ClickHouse listening, so that BI tools and other clients can look."""

import signal
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from sinks.clickhouse.address import Address
from sinks.clickhouse.server import EmbeddedServer
from streams.cli.options import DATA_FOLDER, Data, Json, examples
from streams.cli.output import err, print_json, say
from streams.folder import DataFolder

EPILOG = examples(
    "redthread clickhouse", "redthread clickhouse --port 9000 --http-port 8123", "redthread clickhouse --data /srv/redthread --json"
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("clickhouse", epilog=EPILOG)(clickhouse)


def clickhouse(
    data: Data = DATA_FOLDER,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Of the native protocol; 0: a free one.")] = 0,
    http_port: Annotated[int, typer.Option("--http-port", min=0, max=65535, help="Of HTTP; 0: a free one.")] = 0,
    json: Json = False,
) -> None:
    """Serve the tables of a data folder to any ClickHouse client on this machine, until Ctrl-C."""
    folder = DataFolder(data)
    folder.company()
    server = EmbeddedServer(folder.clickhouse, port=port, http_port=http_port)
    with server as address:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # before anybody knows the address, who might stop us at once
        try:
            if server.pid is not None:
                err.print("Ctrl-C stops it")
            _tell(server, address, json)
            if server.pid is not None:
                signal.pause()
        except KeyboardInterrupt:
            err.print("stopping")


def _tell(server: EmbeddedServer, address: Address, json: bool) -> None:
    if json:
        print_json(
            {"url": address.url, "http_url": address.http_url, "database": address.database, "user": address.user, "pid": server.pid}
        )
    else:
        _print(address)
    if server.pid is None:
        err.print("another command serves this folder already; it stays up as long as that one runs")


def _print(address: Address) -> None:
    say(Text(f"ClickHouse listens on this machine, database {address.database}, user {address.user}, without a password", style="bold"))
    lines = Table.grid(padding=(0, 2))
    for name, words in (
        ("native", f"clickhouse-client --host {address.host} --port {address.port} --database {address.database}"),
        ("HTTP", f"curl '{address.http_url}/?database={address.database}' --data 'SELECT * FROM alerts LIMIT 10 FORMAT Pretty'"),
        ("BI tools", f"host {address.host}, HTTP port {address.http_port}, database {address.database}"),
        ("redthread", f"redthread alerts --clickhouse {address.url}"),
    ):
        lines.add_row(Text(f"  {name}", style="dim"), Text(words))
    say(lines)
