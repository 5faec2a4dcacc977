"""A data folder as a run leaves it behind, with a ClickHouse that serves it, and the command to look into it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sinks.clickhouse import ClickHouseSink, EmbeddedServer, connect, migrate
from streams.cli.main import app
from streams.folder import DataFolder
from tests.cli.story import COMPANY, SECRET, published

Run = Callable[..., Result]


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a company with three customers."""
    place = tmp_path_factory.mktemp("cli")
    (place / "redthread.yaml").write_text(COMPANY, encoding="utf-8")
    folder = DataFolder(place / "data")
    folder.create(place / "redthread.yaml")
    (folder.path / "secret").write_text(SECRET, encoding="ascii")
    with EmbeddedServer(folder.clickhouse) as address:
        client = connect(address)
        migrate(client)
        client.disconnect()
        sink = ClickHouseSink(address)
        sink.write("story", published())
        sink.refresh()
        sink.close()
        yield folder.path


@pytest.fixture(scope="module", autouse=True)
def _no_settings() -> Iterator[None]:
    """The folder's own key counts, whatever another test of this process has set."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("REDTHREAD_SECRET", raising=False)
        yield


@pytest.fixture
def redthread(data: Path) -> Run:
    """Run a command that looks into that folder."""

    def run(*words: str, typed: str | None = None) -> Result:
        return CliRunner(env={"COLUMNS": "200"}).invoke(app, [*words, "--data", str(data)], input=typed)

    return run
