"""An embedded ClickHouse: a real server on 127.0.0.1 with its data in a folder, for trying, tests, backfills and small companies.

    with EmbeddedServer(folder) as address:
        migrate(connect(address))

It runs in a process and session of its own and stops with whoever started it. A folder is served by one server at a time: a second
start uses the one that runs and leaves it running. What a kill -9 leaves behind is what ClickHouse had committed.
"""

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from clickhouse_driver import errors as driver

from sinks.clickhouse.address import Address, connect
from sinks.clickhouse.errors import ServerError
from sinks.clickhouse.server_config import MEMORY, config_xml

HOST = "127.0.0.1"
START, STOP = 60.0, 30.0  # seconds; on a busy machine a start after kill -9 takes about two, a stop waits for running queries
POLL = 0.05
ANSWER = 3.0  # seconds; whatever else has the port may not answer at all
PORT_TRIES = 3  # a free port may be taken by somebody else before the server has it
_PROCESS = Path(__file__).with_name("server_process.py")
_LOCKED = 75  # exit code of server_process when another process serves the folder


@dataclass
class EmbeddedServer:
    """A handle: nothing runs before `start`. `port` and `http_port` 0 take free ones."""

    path: Path
    port: int = 0
    http_port: int = 0
    memory: int = MEMORY
    database: str = "redthread"
    patience: float = START  # seconds
    address: Address | None = field(default=None, init=False)
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        self.path = Path(self.path).absolute()

    def __enter__(self) -> Address:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """Of the server that this handle started; None when it uses somebody else's."""
        return self._process.pid if self._process else None

    def start(self) -> Address:
        """Start the server, or find the one that serves this folder; raises `ServerError` with what the log says."""
        self.path.mkdir(parents=True, exist_ok=True)
        end = time.monotonic() + self.patience
        while time.monotonic() < end:
            found = self._running() if _is_locked(self.path) else self._launch()
            if found:
                self.address = found
                return found
            time.sleep(POLL)
        raise ServerError(
            f"{self.path} is in use by another process that does not answer as a ClickHouse server; stop it, or choose another folder"
        )

    def ensure(self) -> Address:
        """The same server again, on the same ports, should it have died."""
        if self._process and self._process.poll() is None and self.address:
            return self.address
        self._forget()
        if self.address:
            self.port, self.http_port = self.address.port, self.address.http_port
        return self.start()

    def stop(self) -> None:
        """Let running queries end, flush and leave; a server that somebody else started stays."""
        if not self._process:
            return
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._forget()

    def kill(self) -> None:
        """As a crash would: nothing is flushed, nobody is asked."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._forget()

    def _forget(self) -> None:
        if self._process and self._process.stdin:
            self._process.stdin.close()
        self._process = None

    def _running(self) -> Address | None:
        """The server that wrote server.json, if it answers and its data are ours."""
        try:
            note = json.loads((self.path / "server.json").read_text())
            address = Address(host=HOST, port=note["port"], http_port=note["http_port"], database=self.database)
        except (OSError, ValueError, KeyError):
            return None
        data = str(self.path / "data")
        return address if _answers(address, lambda path: path.rstrip("/") == data) else None

    def _launch(self) -> Address | None:
        """None when somebody else was faster, and the folder is locked now."""
        for attempt in range(1, PORT_TRIES + 1):
            address = Address(host=HOST, port=self.port or _free_port(), http_port=self.http_port or _free_port(), database=self.database)
            self._process = self._spawn(address)
            code = self._wait(address)
            if code is None:
                self._note(address)
                return address
            self._forget()
            if code == _LOCKED:
                return None
            chosen = self.port and self.http_port
            if chosen or attempt == PORT_TRIES or "Address already in use" not in _tail(self.path):
                raise ServerError(f"ClickHouse in {self.path} does not start (exit code {code}):\n{_tail(self.path)}")
        return None

    def _spawn(self, address: Address) -> subprocess.Popen[bytes]:
        (self.path / "config.xml").write_text(config_xml(self.path, address.port, address.http_port, self.memory))
        binary = shutil.which("clickhouse")
        command = [sys.executable, "-P", str(_PROCESS), str(self.path), str(address.port), *([binary] if binary else [])]
        with (self.path / "server.out").open("wb") as output:
            # A process group of its own: SIGINT at the terminal is for the worker, which stops the server when it has written its last
            # batch. No session of its own: Linux shares processors among sessions first, so its nice merges would give way to nobody.
            return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=output, process_group=0, cwd=self.path)

    def _wait(self, address: Address) -> int | None:
        """Until it answers (None) or has ended (its exit code)."""
        assert self._process
        end = time.monotonic() + self.patience
        while time.monotonic() < end:
            code = self._process.poll()
            if code is not None:
                return code
            if _listens(address) and _answers(address):
                return None
            time.sleep(POLL)
        self.kill()
        raise ServerError(f"ClickHouse in {self.path} does not answer after {self.patience:.0f} s:\n{_tail(self.path)}")

    def _note(self, address: Address) -> None:
        note = {"pid": self.pid, "host": HOST, "port": address.port, "http_port": address.http_port}
        draft = self.path / "server.json.new"
        draft.write_text(json.dumps(note))
        draft.replace(self.path / "server.json")


def _is_locked(folder: Path) -> bool:
    handle = os.open(folder / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)  # gives the lock back
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _listens(address: Address) -> bool:
    for port in (address.port, address.http_port):
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex((address.host, port)):
                return False
    return True


def _answers(address: Address, accepts: Callable[[str], bool] = lambda _: True) -> bool:
    client = connect(address, patience=ANSWER)
    try:
        return any(accepts(path) for (path,) in client.execute("SELECT path FROM system.disks WHERE name = 'default'"))
    except (driver.Error, OSError, EOFError):
        return False
    finally:
        client.disconnect()


def _tail(folder: Path, lines: int = 8) -> str:
    texts = [
        path.read_text(errors="replace").splitlines()[-lines:]
        for path in (folder / "server.out", folder / "server.err.log")
        if path.exists()
    ]
    return "\n".join(line for text in texts for line in text)
