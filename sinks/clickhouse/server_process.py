"""The process of an embedded server: ClickHouse out of chdb-core, or a `clickhouse` binary, until it is told to stop.

Run by `server`, by path and with nothing of ours imported, as `server_process.py FOLDER TCP_PORT [BINARY]`. Three things end it, each
gracefully: SIGTERM, SIGINT, and the end of its standard input, which comes when whoever started it is gone, be it by kill -9.

chdb-core serves for as long as a query runs, so a query sleeps; it ignores SIGINT, and SIGTERM or SYSTEM SHUTDOWN would end it without
flushing (and take the whole process group along), so signals are waited for in a thread that kills the sleeping query.
"""

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

LOCKED = 75  # EX_TEMPFAIL: another process serves this folder
LISTEN = "SYSTEM START LISTEN TCP; SYSTEM START LISTEN HTTP; "
# A nap of a fifth of a second is how long a stop waits; the numbers last for six thousand years.
SLEEP = (
    "SELECT sum(sleepEachRow(0.2)) FROM numbers(1000000000000) SETTINGS function_sleep_max_microseconds_per_block = 0, max_block_size = 1"
)
WAKE = "KILL QUERY WHERE query LIKE '%sum(sleepEachRow(0.2))%' AND query_id != queryID() ASYNC"
PATIENCE = 20  # seconds that running queries get to end before the process leaves without them
STOP = (signal.SIGTERM, signal.SIGINT)


def lock(folder: Path) -> int:
    """Held until the process is gone, however it ends; this is what says that a folder is served."""
    handle = os.open(folder / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(LOCKED)
    return handle


def stop_with_starter() -> None:
    """Whoever started us holds the other end of our standard input."""
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def wake(folder: Path, port: int) -> None:
    """Wait to be told to stop, then end the sleeping query."""
    from clickhouse_driver import Client

    signal.sigwait(STOP)
    (folder / "server.json").unlink(missing_ok=True)  # from here on nobody may count on us
    threading.Timer(PATIENCE, os._exit, [1]).start()
    client = Client("127.0.0.1", port=port)
    client.execute(WAKE)
    client.disconnect()


def serve_library(folder: Path, port: int) -> int:
    """ClickHouse inside this process."""
    block_signals()
    from chdb import _chdb

    threading.Thread(target=wake, args=(folder, port), daemon=True).start()
    try:
        _chdb.query(  # type: ignore[attr-defined]
            LISTEN + SLEEP, "TabSeparated", path=str(folder / "data")
        )
    except Exception as error:  # noqa: BLE001 - the library raises plain errors, for the query that was killed as well
        stopped = "QUERY_WAS_CANCELLED" in str(error) or "was cancelled" in str(error)
        if not stopped:
            print(str(error).partition("Stack trace:")[0], file=sys.stderr, flush=True)  # noqa: T201 - the starter reads it
        return 0 if stopped else 1
    return 0


def serve_binary(folder: Path, binary: str, handle: int) -> int:
    """ClickHouse beside this process; it keeps the lock should we be killed."""
    # Before signals are blocked: the binary would inherit that and be deaf.
    server = subprocess.Popen([binary, "server", f"--config-file={folder / 'config.xml'}"], pass_fds=(handle,), stdin=subprocess.DEVNULL)
    block_signals()

    def pass_on() -> None:
        signal.sigwait(STOP)
        (folder / "server.json").unlink(missing_ok=True)
        server.terminate()
        time.sleep(PATIENCE)
        server.kill()

    threading.Thread(target=pass_on, daemon=True).start()
    return max(server.wait(), 0)


def block_signals() -> None:
    """In every thread, so that only `sigwait` gets them; and end with the starter."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP)
    threading.Thread(target=stop_with_starter, daemon=True).start()


def main(folder: Path, port: int, binary: str = "") -> int:
    handle = lock(folder)
    os.chdir(folder)  # the library reads config.xml there
    return serve_binary(folder, binary, handle) if binary else serve_library(folder, port)


if __name__ == "__main__":
    code = main(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
    os._exit(code)  # the library's threads would hold up an ordinary exit
