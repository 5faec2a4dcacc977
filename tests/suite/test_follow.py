"""`redthread run --follow`: the files that are there, then whatever comes, until it is told to stop."""

import json
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.suite.commands import PATIENCE, redthread, started
from tests.suite.conftest import EXAMPLES

pytestmark = pytest.mark.server

MINIMAL = EXAMPLES / "minimal"
ALERTS = "SELECT DISTINCT matter, historical FROM alerts WHERE status != 'withdrawn'"
ASKED = '{"what": "asked", "at": "%s", "ticket": "T-9", "email": "lena@example.org", "channel": "mail", "team": "hotline"}\n'


def alerts(data: Path) -> set[tuple[str, bool]]:
    """Matter, and whether it is history."""
    rows = map(json.loads, redthread("sql", "--data", data, "--json", ALERTS).stdout.splitlines())
    return {(row["matter"], row["historical"]) for row in rows}


def test_what_comes_while_following_is_live(tmp_path: Path):
    """A question of five days ago, put into the folder while the run follows it."""
    files, data = tmp_path / "files", tmp_path / "data"
    shutil.copytree(MINIMAL / "data", files)
    process = started("run", "--company", MINIMAL, "--data", data, "--follow", "--json", files)
    assert process.stderr is not None
    assert process.stderr.readline() == b"following; Ctrl-C ends it\n"
    asked = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 5 * 86_400))
    (files / "tickets-more.jsonl").write_text(ASKED % asked)
    limit, found = time.monotonic() + 30, alerts(data)
    while time.monotonic() < limit:
        found = alerts(data)
        if ("ticket:T-9", False) in found:
            break
        time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    told, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode, json.loads(told)["read"]) == (0, 11)
    assert {("ticket:T-9", False), ("order:1002", True), ("order:1003", True), ("order:1003", False)} == found  # the last: open at the end
    assert redthread("run", "--company", MINIMAL, "--data", data, files).returncode == 0
    assert alerts(data) == found


def test_a_canary_put_into_the_folder_is_answered(tmp_path: Path):
    """And says so where nobody follows the folder."""
    files, data = tmp_path / "files", tmp_path / "data"
    shutil.copytree(MINIMAL / "data", files)
    words = ("canary", "--company", MINIMAL, "--data", data, "--into", files, "--json")
    process = started("run", "--company", MINIMAL, "--data", data, "--follow", "--json", files)
    try:
        assert process.stderr is not None
        assert process.stderr.readline() == b"following; Ctrl-C ends it\n"
        done = redthread(*words, "--within", "30s")
        told = {(one["source"], one["story"]): sorted(one["alerts"]) for one in json.loads(done.stdout)["arrived"]}
        expected = {("shop", "order.placed"): ["late_delivery"], ("desk", "ping-pong"): ["ping_pong"], ("desk", "question"): ["silence"]}
        assert (done.returncode, told) == (0, expected), done.stdout
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
    alone = redthread(*words, "--within", "2s")
    assert alone.returncode == 1
    assert all("does redthread run --follow read that folder?" in one["why"] for one in json.loads(alone.stdout)["arrived"])
