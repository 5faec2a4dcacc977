"""Who takes part: what each engine needs, and the command that starts it. One that cannot be had says why and is left out."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
PEERS = HERE / "peers"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "redthread" / "bench"
PATIENCE = 900  # seconds for one installation
BYTEWAX_PYTHON = (3, 12)  # the last one that there are wheels for


class Unavailable(Exception):
    """The engine cannot be installed here; the reason in one line."""


class Contestant(NamedTuple):
    """`ready` installs it and returns what goes before `words`; `first` is run once before the engine, `{folder}` being its folder and `{commit}`
    the seconds between two commits."""

    title: str
    ready: Callable[[], Sequence[str]]
    words: Sequence[str]
    first: Sequence[str] = ()
    environment: Mapping[str, str] = {}
    changelogs: Sequence[str] = ()  # topics that the engine expects to find
    keeps_up: bool = True  # with the rate at which latencies are measured


def own() -> Sequence[str]:
    """The project's own environment."""
    return [sys.executable]


def environment(name: str) -> Path:
    """The folder of an environment with the requirements of that name, made once for each version of them."""
    requirements = HERE / f"requirements-{name}.txt"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    folder = CACHE / f"{name}-{version}-{blake2b(requirements.read_bytes(), digest_size=6).hexdigest()}"
    python = folder / "bin" / "python"
    if not (folder / ".complete").exists():
        _run([sys.executable, "-m", "venv", "--clear", str(folder)])
        _run(
            [
                str(python),
                "-m",
                "pip",
                "install",
                "--quiet",
                "--require-hashes",
                "--only-binary",
                ":all:",
                "--requirement",
                str(requirements),
            ]
        )
        (folder / ".complete").touch()
    return python


def quix() -> Sequence[str]:
    return [str(environment("quix"))]


def bytewax() -> Sequence[str]:
    if sys.version_info[:2] > BYTEWAX_PYTHON:
        raise Unavailable(f"has no wheel for Python {sys.version_info.major}.{sys.version_info.minor}")
    return [str(environment("bytewax"))]


def java() -> Sequence[str]:
    """Jars by Maven, one class by javac."""
    for program in ("java", "javac", "mvn"):
        if shutil.which(program) is None:
            raise Unavailable(f"{program} is not installed")
    source = PEERS / "kafka_streams"
    content = b"".join(file.read_bytes() for file in sorted(source.iterdir()))
    folder = CACHE / f"kafka-streams-{blake2b(content, digest_size=6).hexdigest()}"
    if not (folder / ".complete").exists():
        folder.mkdir(parents=True, exist_ok=True)
        _run(["mvn", "-q", "-B", "-f", str(source / "pom.xml"), "dependency:copy-dependencies", f"-DoutputDirectory={folder / 'libs'}"])
        _run(["javac", "-cp", f"{folder / 'libs'}/*", "-d", str(folder / "classes"), str(source / "PingPong.java")])
        (folder / ".complete").touch()
    return ["java", "-Xmx1g", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", f"{folder / 'classes'}:{folder / 'libs'}/*"]


def _run(command: Sequence[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(str(error)) from None
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise Unavailable(f"{' '.join(command[:4])} ...: {said[-1] if said else done.returncode}")


OURS = "redthread"
CONTESTANTS: Mapping[str, Contestant] = {
    OURS: Contestant("this engine", own, ["-m", "tests.bench.engines.peers.this_engine"], changelogs=["held"]),
    "faust": Contestant(
        "faust-streaming 0.15.3",
        own,
        ["-m", "faust", "-A", "tests.bench.engines.peers.stock_faust", "worker", "-l", "warn", "--without-web"],
        keeps_up=False,
    ),
    "quix": Contestant("Quix Streams 3.28.1", quix, [str(PEERS / "quix_streams.py")]),
    "bytewax": Contestant(
        "Bytewax 0.21.1",
        bytewax,
        ["-m", "bytewax.run", str(PEERS / "bytewax_flow.py"), "-r", "{folder}", "-s", "{commit}", "-b", "0"],
        first=["-m", "bytewax.recovery", "{folder}", "1"],
    ),
    "kafka-streams": Contestant("Kafka Streams 4.3.1", java, ["PingPong"]),
}
