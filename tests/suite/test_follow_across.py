"""`redthread run --follow` asks rules across customers while it follows: what stood there is history, what comes is live."""

import signal
from dataclasses import replace
from pathlib import Path

import pytest

from sinks.clickhouse import Address
from tests.suite.commands import PATIENCE, redthread, started
from tests.suite.desk_company import changes, reported, until, write_company

pytestmark = pytest.mark.server

LAMP, SOFA = ("lamp", "opened", 1, True), ("sofa", "opened", 2, False)
ANSWERED = ("sofa", "resolved", 3, False)


def test_what_many_say_while_it_follows_is_live_and_ends_live(server: Address, tmp_path: Path):
    own = replace(server, database="redthread_follow_across")
    company, files = write_company(tmp_path), tmp_path / "files"
    files.mkdir()
    (files / "tickets1.csv").write_text(reported("lamp", ago=86_400), encoding="utf-8")
    words = ("run", "--company", company, "--data", tmp_path / "data", "--clickhouse", own.url, files)
    process = started(*words, "--follow")
    try:
        assert process.stderr is not None
        assert process.stderr.readline() == b"following; Ctrl-C ends it\n"
        assert changes(own) == [LAMP]
        (files / "tickets2.csv").write_text(reported("sofa", ago=60), encoding="utf-8")
        assert until(own, [LAMP, SOFA]) == [LAMP, SOFA]
        (files / "tickets3.csv").write_text(reported("sofa", ago=-2, action="answer", customers=1), encoding="utf-8")
        assert until(own, [LAMP, SOFA, ANSWERED]) == [LAMP, SOFA, ANSWERED]
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert redthread(*words).returncode == 0
    assert changes(own) == [LAMP, SOFA, ANSWERED]
