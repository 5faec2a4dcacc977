"""What is compiled, and what must not be."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPT = (ROOT / "deploy" / "compile").read_text(encoding="utf-8")


def compiled() -> list[Path]:
    folders = re.search(r"find (.*?) -name '\*\.py'", SCRIPT)
    assert folders is not None
    named = [
        Path(folder) / f"{name}.py" for folder, names in re.findall(r"printf '(\S+)/%s\.py\\n' (.*)", SCRIPT) for name in names.split()
    ]
    return [*(path for folder in folders[1].split() for path in (ROOT / folder).rglob("*.py")), *(ROOT / path for path in named)]


def test_nothing_that_stands_on_a_log_is_declared_where_it_is_compiled():
    """mypyc drops the keywords of a class: a struct that is an array of its fields would become a map of them."""
    files = compiled()
    assert ROOT / "streams" / "engine" / "faust" / "slices.py" in files
    assert len(files) > 50
    assert [path.name for path in files if "array_like" in path.read_text(encoding="utf-8")] == []
