"""The queries of docs/views.md, by the view that they are about."""

import re
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "views.md"


def queries() -> dict[str, str]:
    """view -> its worked query."""
    sections = re.split(r"^## `(\w+)`$", DOCUMENT.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = {}
    for view, text in zip(sections[1::2], sections[2::2], strict=True):
        (found[view],) = re.findall(r"^```sql\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return found
