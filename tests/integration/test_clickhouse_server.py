import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sinks.clickhouse import EmbeddedServer, ServerError, connect, migrate
from sinks.clickhouse.address import Address

pytestmark = pytest.mark.server


def ask(address: Address, sql: str) -> list[tuple[object, ...]]:
    with connect(address) as client:
        return list(client.execute(sql))


def link(handle: Path) -> Path | None:
    """Where it leads; a running server closes files while we look."""
    try:
        return handle.readlink()
    except FileNotFoundError:
        return None


def listeners(pid: int) -> set[tuple[str, int]]:
    """Addresses and ports that a process listens on."""
    sockets = {str(target) for handle in Path(f"/proc/{pid}/fd").iterdir() if (target := link(handle)) is not None}
    found = set()
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == "0A" and f"socket:[{words[9]}]" in sockets:  # 0A: LISTEN
                host, port = words[1].split(":")
                found.add((socket.inet_ntop(family, bytes.fromhex(host)[::-1]), int(port, 16)))
    return found


def gone(pid: int, within: float = 20.0) -> bool:
    end = time.monotonic() + within
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


def test_data_outlive_the_server_start_after_start(tmp_path: Path):
    server = EmbeddedServer(tmp_path)
    for number in range(3):
        with server as address:
            if number == 0:
                ask(address, "CREATE TABLE default.t (x UInt8) ENGINE = MergeTree ORDER BY x")
            ask(address, f"INSERT INTO default.t SELECT {number}")
            assert ask(address, "SELECT x FROM default.t ORDER BY x") == [(seen,) for seen in range(number + 1)]
        assert server.pid is None
        assert not (tmp_path / "server.json").exists()


def test_it_listens_on_this_machine_only(tmp_path: Path):
    server = EmbeddedServer(tmp_path)
    with server as address:
        assert server.pid
        assert listeners(server.pid) == {("127.0.0.1", address.port), ("127.0.0.1", address.http_port)}


def test_a_second_start_uses_the_server_that_runs_and_leaves_it_running(tmp_path: Path):
    with EmbeddedServer(tmp_path) as first:
        second = EmbeddedServer(tmp_path, database="other")
        with second as address:
            assert (address.port, address.http_port, address.database, second.pid) == (first.port, first.http_port, "other", None)
        assert ask(first, "SELECT 1") == [(1,)]


def test_what_was_written_survives_kill_9_and_the_ports_stay(tmp_path: Path):
    server = EmbeddedServer(tmp_path)
    with server as address:
        migrate_(address)
        for _ in range(2):
            server.kill()
            assert server.ensure() == address
            assert server.ensure() == address
            assert ask(address, "SELECT count() FROM redthread.timeline") == [(0,)]


def migrate_(address: Address) -> None:
    with connect(address) as client:
        migrate(client, address.database)


def test_a_folder_that_somebody_else_holds_is_named(tmp_path: Path):
    with (tmp_path / "server.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ServerError, match=f"{tmp_path} is in use by another process that does not answer"):
            EmbeddedServer(tmp_path, patience=0.3).start()


def test_a_note_of_a_server_that_is_gone_or_of_another_folder_does_not_mislead(tmp_path: Path):
    with EmbeddedServer(tmp_path / "other") as other:
        folder = tmp_path / "mine"
        folder.mkdir()
        (folder / "server.json").write_text(f'{{"pid": 1, "port": {other.port}, "http_port": {other.http_port}}}')
        with EmbeddedServer(folder) as mine:
            assert mine.port != other.port


def test_a_port_that_is_taken_is_said_so(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ServerError, match="does not start"):
            EmbeddedServer(tmp_path, port=taken.getsockname()[1], http_port=taken.getsockname()[1]).start()


STARTER = """
import sys, time
from pathlib import Path
from sinks.clickhouse import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]))
server.start()
print(server.pid, flush=True)
time.sleep(600)
"""


def test_the_server_goes_with_a_starter_that_is_killed_and_the_folder_is_free_again(tmp_path: Path):
    with subprocess.Popen([sys.executable, "-c", STARTER, str(tmp_path)], stdout=subprocess.PIPE) as starter:
        assert starter.stdout
        pid = int(starter.stdout.readline())
        starter.kill()
    with EmbeddedServer(tmp_path) as address:  # at once: the old one may still be stopping
        assert ask(address, "SELECT 1") == [(1,)]
    assert gone(pid)


def test_an_interrupt_at_the_terminal_does_not_reach_the_server(tmp_path: Path):
    server = EmbeddedServer(tmp_path)
    with server as address:
        assert server.pid
        assert os.getpgid(server.pid) == server.pid != os.getpgid(0)
        os.kill(server.pid, signal.SIGINT)  # meant for it: a graceful end
        assert gone(server.pid)
        assert server.ensure() == address


def test_the_server_shares_the_processors_with_its_starter_by_how_nice_its_threads_are(tmp_path: Path):
    """Linux weighs nice values only against those of the same session (autogroups): merges, which are nice, would give way to nobody."""
    server = EmbeddedServer(tmp_path)
    with server:
        assert server.pid
        assert os.getsid(server.pid) == os.getsid(0)


BINARY = """#!{python}
import os, sys
from pathlib import Path
command, config = sys.argv[1:]
assert command == "server"
folder = Path(config.removeprefix("--config-file=")).parent
os.chdir(folder)
Path("was-binary").touch()
from chdb import _chdb
from sinks.clickhouse.server_process import LISTEN, SLEEP
_chdb.query(LISTEN + SLEEP, "TabSeparated", path=str(folder / "data"))
"""


def test_a_clickhouse_binary_on_the_path_is_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    binary = tmp_path / "bin" / "clickhouse"
    binary.parent.mkdir()
    binary.write_text(BINARY.format(python=sys.executable))
    binary.chmod(0o755)
    monkeypatch.setenv("PATH", str(binary.parent), prepend=os.pathsep)
    with EmbeddedServer(tmp_path / "data") as address:
        assert ask(address, "SELECT 1") == [(1,)]
        assert (tmp_path / "data" / "was-binary").exists()
