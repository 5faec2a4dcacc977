"""The companies that ship as examples: both can be loaded, and the reference leaves nothing out."""

import re
from pathlib import Path

import pytest

from schemas.company import Company, IdentifierKind, JourneySpec
from schemas.rule import Expect, Forbid, Hours, Limit, Pause, PingPong, Rule, Select
from schemas.rule import Test as FieldTest
from schemas.source import Choice, EventSpec, Input, Source
from schemas.vocabulary import VOCABULARY
from streams.config import load

EXAMPLES = Path(__file__).parents[2] / "deploy" / "examples"
MODELS = (
    Company, IdentifierKind, JourneySpec, Source, Input, EventSpec, Choice, Rule, Expect, Forbid, Limit, PingPong, Pause, Select, FieldTest, Hours,
)  # fmt: skip
FIELDS = [(model, name, field.alias or name) for model in MODELS for name, field in model.model_fields.items()]


@pytest.mark.parametrize("name", ["minimal", "reference"])
def test_an_example_can_be_loaded_and_names_only_known_types(name):
    company = load(EXAMPLES / name).company
    named = {type_ for source in company.sources for type_ in source.types}
    assert (named - VOCABULARY.keys() - company.types.keys(), len(company.sources) > 0) == (set(), True)


@pytest.mark.parametrize(("model", "name", "written"), FIELDS, ids=[f"{model.__name__}.{name}" for model, name, _ in FIELDS])
def test_the_reference_says_every_field(model, name, written):
    text = (EXAMPLES / "reference" / "redthread.yaml").read_text(encoding="utf-8")
    assert re.search(rf"(^|[\s{{]){re.escape(written)}:", text, re.MULTILINE), f"{model.__name__}.{name}"


def test_the_reference_explains_where_it_sets():
    """Every field of the company, its sources and its rules has its sentence: on its own line or on the lines above it."""
    lines = (EXAMPLES / "reference" / "redthread.yaml").read_text(encoding="utf-8").splitlines()
    top = [number for number, line in enumerate(lines) if re.match(r"[a-z_]+:", line)]
    assert [lines[number] for number in top if "#" not in lines[number] and not lines[number - 1].startswith("#")] == ["rules:"]
