"""What `redthread doctor` checks before it looks at any data: Python, packages, the engine, the company file, the folder, the key."""

import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, NamedTuple

from schemas.strict import InvalidConfiguration
from streams.config import load
from streams.folder import DataFolder
from streams.settings import Settings

OLDEST_PYTHON = (3, 11)
PACKAGES = {
    "clickhouse-driver": "fail",
    "lxml": "fail",
    "phonenumbers": "fail",
    "chdb-core": "warn",
    "rocksdict": "warn",
}  # the extras only warn

Level = Literal["ok", "warn", "fail"]


class Check(NamedTuple):
    """One thing that was looked at, and what to do about it."""

    name: str
    level: Level
    message: str
    remedy: str = ""


def machine_checks(folder: DataFolder, company: Path) -> Iterator[Check]:
    """Python, packages, the engine, the company file, the data folder, the key."""
    yield _python()
    yield _packages()
    yield _engine()
    yield _company(company)
    yield _folder(folder)
    yield _secret(folder)


def _python() -> Check:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST_PYTHON:
        return Check("python", "fail", found, "install Python 3.11 or newer and run `make setup`")
    return Check("python", "ok", found)


def _packages() -> Check:
    missing = [name for name in PACKAGES if _version(name) is None]
    if not missing:
        return Check("packages", "ok", ", ".join(f"{name} {_version(name)}" for name in PACKAGES))
    level: Level = "fail" if any(PACKAGES[name] == "fail" for name in missing) else "warn"
    return Check("packages", level, f"missing: {', '.join(missing)}", "run `make setup`, or pip install 'redthread[embedded]'")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _engine() -> Check:
    binary = shutil.which("clickhouse")
    if binary:
        return Check("clickhouse", "ok", f"embedded server from {binary}")
    if find_spec("chdb"):
        return Check("clickhouse", "ok", f"embedded server from chdb-core {_version('chdb-core')}")
    return Check(
        "clickhouse",
        "warn",
        "no embedded server",
        "pip install 'redthread[embedded]', put a clickhouse binary on PATH, or use --clickhouse URL",
    )


def _company(path: Path) -> Check:
    try:
        loaded = load(path)
    except InvalidConfiguration as error:
        first, more = error.problems[0], len(error.problems) - 1
        return Check("company", "fail", first + (f" (and {more} more)" if more else ""), f"`redthread check {path}` lists everything")
    company = loaded.company
    rules = sum(rule.enabled for rule in company.rules.values())
    return Check("company", "ok", f"{loaded.path}: {company.company}, {len(company.sources)} sources, {rules} rules")


def _folder(folder: DataFolder) -> Check:
    if not folder.exists:
        return Check(
            "data folder",
            "warn",
            f"{folder.path} holds no Redthread data",
            "run `redthread demo` or `redthread run`, or name the folder with --data",
        )
    free = shutil.disk_usage(folder.path).free
    return Check("data folder", "ok", f"{folder.path}, {free / 1e9:.1f} GB free on its disk")


def _secret(folder: DataFolder) -> Check:
    if Settings().identifier_secret() is not None:
        return Check("secret", "ok", "set in the environment")
    if (folder.path / "secret").is_file():
        return Check("secret", "ok", f"in {folder.path / 'secret'}; keep a copy, look-ups by e-mail or phone need it")
    return Check(
        "secret", "warn", "none yet: the first run makes one", "set REDTHREAD_SECRET or REDTHREAD_SECRET_FILE to choose it yourself"
    )
