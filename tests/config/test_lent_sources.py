"""A company's file lends its sources to another one, so that questions can be asked without writing the mapping again."""

from pathlib import Path

import pytest

from schemas.strict import InvalidConfiguration
from streams.config import load

EXAMPLES = Path(__file__).parents[2] / "deploy" / "examples"
SOURCE = """\
  - source: {name}
    department: service
    input: {{format: csv}}
    events: [{{type: ticket.opened, time: at, identifiers: {{email: mail}}}}]
"""


def write(folder: Path, name: str, sources: str) -> Path:
    path = folder / name
    path.write_text(f"company: x\npack: none\nsources:\n{sources}", encoding="utf-8")
    return path


def names(path: Path) -> list[str]:
    return [source.source for source in load(path).company.sources]


def test_sources_of_another_company_file_stand_beside_the_own_ones(tmp_path: Path):
    write(tmp_path, "redthread.yaml", SOURCE.format(name="desk"))
    write(tmp_path, "more.yaml", "  - redthread.yaml\n" + SOURCE.format(name="till"))
    assert names(write(tmp_path, "questions.yaml", "  - more.yaml\n" + SOURCE.format(name="web"))) == ["desk", "till", "web"]


def test_what_is_wrong_is_said_of_the_file_that_it_stands_in(tmp_path: Path):
    lending = write(tmp_path, "redthread.yaml", SOURCE.format(name="desk").replace("csv", "cvs"))
    with pytest.raises(InvalidConfiguration, match=f"^{lending}:1: input.format: "):
        load(write(tmp_path, "questions.yaml", "  - redthread.yaml\n"))


def test_a_file_cannot_lend_to_itself(tmp_path: Path):
    write(tmp_path, "a.yaml", "  - b.yaml\n")
    path = write(tmp_path, "b.yaml", "  - a.yaml\n")
    with pytest.raises(InvalidConfiguration, match=r"'b\.yaml' lends its sources to itself"):
        load(path)


@pytest.mark.parametrize("example", ["bpic2013", "olist"])
def test_the_questions_of_the_examples_ask_what_the_companies_report(example: str):
    lent = names(EXAMPLES / example / "redthread.yaml")
    assert names(EXAMPLES / example / "questions.yaml")[: len(lent)] == lent
