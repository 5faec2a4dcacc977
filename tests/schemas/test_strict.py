from typing import Annotated

import pytest
import yaml
from pydantic import Field

from schemas.strict import Duration, InvalidConfiguration, Strict, line_of, load_yaml, read, validate


class Inner(Strict):
    within: Duration


class Named(Strict):
    origin: str = Field("", alias="from")


class Outer(Strict):
    name: str
    parts: tuple[Inner, ...] = ()
    named: dict[str, Annotated[Named, "a form of its own"]] = {}


TEXT = "name: x\nparts:\n  - within: 3h\n  - within: 3 years\n"


def test_only_true_and_false_are_booleans_and_times_stay_text():
    assert load_yaml("a: NO\nb: on\nc: true\nd: 08:00\ne: 2026-01-01\nf: 1.5\ng: 12", "x") == {
        "a": "NO", "b": "on", "c": True, "d": "08:00", "e": "2026-01-01", "f": 1.5, "g": 12
    }  # fmt: skip


def test_a_broken_document_is_named_with_file_and_line():
    with pytest.raises(InvalidConfiguration, match=r"^x.yaml:2: mapping values are not allowed (here|in this context)$"):
        load_yaml("a: 1\nb: c: d", "x.yaml")


def test_a_key_that_stands_twice_is_refused_where_it_stands_again():
    with pytest.raises(InvalidConfiguration, match=r"^x.yaml:3: silence is written twice$"):
        load_yaml("rules:\n  silence: off\n  silence: {within: 1d}\nsilence: 1", "x.yaml")


def test_an_error_without_a_place_is_reported_on_the_first_line():
    with pytest.raises(InvalidConfiguration, match=r"^x.yaml:1: "):
        load_yaml("a: \x00", "x.yaml")


def test_a_wrong_value_is_named_with_file_line_and_field():
    with pytest.raises(InvalidConfiguration) as caught:
        validate(Outer, load_yaml(TEXT, "c.yaml"), "c.yaml", TEXT)
    assert caught.value.problems == ("c.yaml:4: parts.1.within: '3 years' is not a duration: write 30m, 8h, 3d or 2w",)


def test_without_the_text_the_first_line_is_named():
    with pytest.raises(InvalidConfiguration, match=r"^c.yaml:1: \(the document\): "):
        validate(Outer, [], "c.yaml")


def test_a_file_is_read_into_its_model(tmp_path):
    file = tmp_path / "c.yaml"
    file.write_text("name: x\nparts: [{within: 3h}]\n")
    assert read(Outer, file) == Outer(name="x", parts=(Inner(within="3h"),))


def test_a_step_that_is_no_key_of_the_document_is_passed_over():
    assert [line_of(TEXT, where) for where in (("parts", 1, "union", "within"), ("parts", 9), ("other",), ())] == [4, 2, 1, 1]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name: x\nnmea: y\n", "c.yaml:2: nmea: unknown field; did you mean name?"),
        ("name: x\nparts:\n  - {within: 1h, whithin: 2h}\n", "c.yaml:3: parts.0.whithin: unknown field; did you mean within?"),
        ("name: x\nnamed: {one: {frm: y}}\n", "c.yaml:2: named.one.frm: unknown field; did you mean from?"),
        ("name: x\nqqq: y\n", "c.yaml:2: qqq: unknown field"),
    ],
)
def test_an_unknown_field_is_named_with_the_nearest_one_that_may_stand_there(text, problem):
    with pytest.raises(InvalidConfiguration) as caught:
        validate(Outer, load_yaml(text, "c.yaml"), "c.yaml", text)
    assert caught.value.problems == (problem,)


def test_the_ordinary_loader_would_have_made_a_boolean_of_norway():
    assert (yaml.safe_load("a: NO"), load_yaml("a: NO", "x")) == ({"a": False}, {"a": "NO"})
