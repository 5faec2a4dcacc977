"""`redthread run --follow` asks rules across customers while it follows: what stood there is history, what comes is live.

Its ClickHouse is killed again and again meanwhile.
"""

import json
import os
import signal
from pathlib import Path

import pytest

from sinks.clickhouse import Address, EmbeddedServer
from tests.suite.commands import PATIENCE, redthread, started
from tests.suite.desk_company import changes, reported, until, write_company

pytestmark = pytest.mark.server

LAMP, SOFA = ("lamp", "opened", 1, True), ("sofa", "opened", 2, False)
ANSWERED = ("sofa", "resolved", 3, False)


def server_of(data: Path) -> tuple[int, Address]:
    """The process and the address of the folder's ClickHouse."""
    note = json.loads((data / "clickhouse" / "server.json").read_text())
    return note["pid"], Address(port=note["port"])


def test_what_many_say_while_it_follows_is_live_and_ends_live(tmp_path: Path):
    company, files, data = write_company(tmp_path), tmp_path / "files", tmp_path / "data"
    files.mkdir()
    (files / "tickets1.csv").write_text(reported("lamp", ago=86_400), encoding="utf-8")
    words = ("run", "--company", company, "--data", data, files)
    process = started(*words, "--follow")
    try:
        assert process.stderr is not None
        assert process.stderr.readline() == b"following; Ctrl-C ends it\n"
        pid, own = server_of(data)
        assert changes(own) == [LAMP]
        os.kill(pid, signal.SIGKILL)
        (files / "tickets2.csv").write_text(reported("sofa", ago=60), encoding="utf-8")
        assert until(own, [LAMP, SOFA]) == [LAMP, SOFA]
        os.kill(server_of(data)[0], signal.SIGKILL)
        (files / "tickets3.csv").write_text(reported("sofa", ago=-2, action="answer", customers=1), encoding="utf-8")
        assert until(own, [LAMP, SOFA, ANSWERED]) == [LAMP, SOFA, ANSWERED]
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    with EmbeddedServer(data / "clickhouse") as address:
        assert redthread(*words).returncode == 0
        assert changes(address) == [LAMP, SOFA, ANSWERED]
