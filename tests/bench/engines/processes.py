"""What the processes of one engine cost: everything that runs in the session of the process that was started, from /proc."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
STOP = 15.0  # seconds that an engine may take to stop; it is measured before


class Cost(NamedTuple):
    """So far."""

    cpu: float  # seconds
    rss: int  # bytes, now


class Fields(NamedTuple):
    """Of `/proc/PID/stat`, see proc(5)."""

    session: int
    cpu: float
    rss: int


def fields_of(pid: int) -> Fields | None:
    """None when the process has ended."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    values = text.rpartition(")")[2].split()
    return Fields(int(values[3]), (int(values[11]) + int(values[12])) / TICK, int(values[21]) * PAGE)


class Session:
    """A process that was started, and all its descendants that did not leave its session."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command, env=dict(environment), stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
        self._log = log
        self._cpu: dict[int, float] = {}  # of processes that have ended, too

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def cost(self) -> Cost:
        """Processor time since the start, and memory now."""
        rss = 0
        for name in os.listdir("/proc"):  # noqa: PTH208 - pathlib makes an object of each of hundreds of names, ten times a second
            if name.isdecimal() and (found := fields_of(int(name))) is not None and found.session == self._process.pid:
                self._cpu[int(name)] = found.cpu
                rss += found.rss
        return Cost(sum(self._cpu.values()), rss)

    def stop(self) -> None:
        """In order, and if need be not."""
        for how in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, how)
            except ProcessLookupError:
                return
            try:
                self._process.wait(STOP)
            except subprocess.TimeoutExpired:
                continue

    def last_words(self) -> str:
        """The last line of its log."""
        lines = self._log.read_text(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "nothing")
