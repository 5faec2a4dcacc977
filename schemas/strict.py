"""What every YAML model shares: unknown fields are errors, values are frozen, and an error names file, line and field."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from schemas.nearest import nearest

DURATION = re.compile(r"(\d+)\s*([smhdw])")


class Strict(BaseModel):
    """A piece of configuration that people write."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, hide_input_in_errors=True)


Model = TypeVar("Model", bound=BaseModel)


class InvalidConfiguration(ValueError):
    """What people wrote cannot be used; each line of the message says `file:line: field: reason`."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def _is_duration(text: str) -> str:
    if not DURATION.fullmatch(text):
        raise ValueError(f"{text!r} is not a duration: write 30m, 8h, 3d or 2w")
    return text


Duration = Annotated[str, AfterValidator(_is_duration)]


SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml, where the wheel has it, reads the pack ten times as fast


class Yaml12Loader(SafeLoader):  # type: ignore[misc, valid-type]
    """YAML 1.2 core schema: only true and false are booleans (not on, off, yes, no, NO); dates and 08:00 stay text; a key stands once."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """As there; it would let the second of two equal keys win in silence."""
        seen = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise yaml.constructor.ConstructorError(problem=f"{key.value} is written twice", problem_mark=key.start_mark)
            seen.add(key.value)
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        return found


Yaml12Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.rsplit(":", 1)[1] not in ("bool", "timestamp", "int", "float")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Yaml12Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
Yaml12Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789"))
Yaml12Loader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+\.[0-9]+$"), list("-+0123456789"))


def load_yaml(text: str, name: str) -> Any:
    """The plain value of one YAML document; `name` is what error messages call it."""
    try:
        return yaml.load(text, Yaml12Loader)  # noqa: S506 - a SafeLoader with fewer resolvers
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise InvalidConfiguration([f"{name}:{line}: {getattr(error, 'problem', None) or error}"]) from None


def validate(model: type[Model], value: Any, name: str, text: str = "") -> Model:
    """`value` as a `model`; every problem names the file, the line (where `text` is given) and the field."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise InvalidConfiguration(
            f"{name}:{line_of(text, problem['loc'])}: {_field(problem['loc'])}: {reason_of(model, problem)}"
            for problem in error.errors(include_url=False, include_context=False)
        ) from None


def read(model: type[Model], path: Path) -> Model:
    """The YAML file as a `model`."""
    text = path.read_text(encoding="utf-8")
    return validate(model, load_yaml(text, str(path)), str(path), text)


def reason_of(model: type[BaseModel], problem: ErrorDetails) -> str:
    """What is wrong, without the place; for a field that the model does not have, with the nearest that it has."""
    if problem["type"] != "extra_forbidden":
        return problem["msg"].removeprefix("Value error, ")
    *way, unknown = problem["loc"]
    return f"unknown field{nearest(str(unknown), _fields_at(model, way))}"


def _fields_at(model: type[BaseModel], way: Iterable[int | str]) -> set[str]:
    """What may be written there. Steps that are no field (a place in a list, a name, a form of the value) are passed over."""
    models = {model}
    for step in way:
        inside = [field.annotation for known in models for name, field in known.model_fields.items() if step in (name, field.alias)]
        models = {found for annotation in inside for found in _models(annotation)} or models
    return {field.alias or name for known in models for name, field in known.model_fields.items()}


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _field(where: tuple[int | str, ...]) -> str:
    return ".".join(str(step) for step in where) or "(the document)"


def line_of(text: str, where: tuple[int | str, ...]) -> int:
    """The line (from 1) of the deepest node on the way to `where`; steps that are no key of the document are passed over."""
    node = yaml.compose(text, Yaml12Loader) if text else None
    line = 1
    for step in where:
        found = _child(node, step)
        if found is None:
            continue
        line, node = found
    return line


def _child(node: yaml.Node | None, step: int | str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        value = node.value[step]
        return value.start_mark.line + 1, value
    return None
