"""How much is tried: `--hypothesis-profile=thorough` tries five times as many examples as the default. And in which order: what takes long first."""

import pytest
from hypothesis import settings

settings.register_profile("ci", deadline=None)  # how long an example takes says more about the machine than about the code
settings.register_profile("thorough", max_examples=500, deadline=None)
settings.load_profile("ci")

LONG = ("suite", "chaos", "integration", "demo", "laws")  # folders; what is short then fills the gaps between the processes


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take minutes come first, so that no process ends with one of them while the others have nothing to do."""
    items.sort(key=lambda item: next((place for place, name in enumerate(LONG) if f"/{name}/" in item.nodeid), len(LONG)))
