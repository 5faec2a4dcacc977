"""The `redthread` command as people start it: a process of its own."""

import subprocess
import sys
from pathlib import Path
from subprocess import PIPE, CompletedProcess, Popen

PROGRAM = Path(sys.executable).with_name("redthread")
PATIENCE = 120  # seconds


def command(*words: str | Path) -> list[str]:
    """Its words."""
    return [str(PROGRAM), *map(str, words)]


def redthread(*words: str | Path) -> "CompletedProcess[str]":
    """Run it to its end."""
    return subprocess.run(command(*words), capture_output=True, text=True, timeout=PATIENCE, check=False)


def started(*words: str | Path) -> "Popen[bytes]":
    """Start it."""
    return Popen(command(*words), stdout=PIPE, stderr=PIPE)
