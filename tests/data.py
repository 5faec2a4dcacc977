"""Real data sets lie beside the project and are never part of it; a test that needs one skips where it is absent."""

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared" / "data"


def shared_data(name: str) -> Path:
    """The folder or file of a data set under `../shared/data`."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"needs the data set {name}, which is not part of the project (looked for {path})")
    return path
