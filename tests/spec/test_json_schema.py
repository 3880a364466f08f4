from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from dlcli.core import InvalidConfigError, registry, strict_json
from dlcli.settings import TrainingSettings
from dlcli.spec import Spec, json_schema, load_yaml

BROKEN = sorted((Path(__file__).parent / "broken").glob("*.yaml"))

# mistakes that a schema cannot express: sums, dependencies of sections, numbers that JSON lacks or cannot distinguish
UNDETECTED = {
    "dropout_twice",
    "dropout_with_layers",
    "dropout_without_taker",
    "files_without_train",
    "float_for_integer",
    "infinite",
    "layer_name_taken",
    "layer_named_previous",
    "metric_of_absent_split",
    "not_a_number",
    "nothing_to_train_on",
    "overflowing_float",
    "shares_do_not_sum_to_one",
    "two_ways_to_split",
}


@pytest.fixture
def validator() -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(json_schema())


def test_the_schema_is_valid_draft_7() -> None:
    schema = json_schema()
    assert schema["$schema"] == jsonschema.Draft7Validator.META_SCHEMA["$schema"]
    jsonschema.Draft7Validator.check_schema(schema)
    strict_json.dumps(schema)


@pytest.mark.parametrize("text", ["good", "layered"])
def test_good_configs_are_accepted(
    validator: jsonschema.Draft7Validator, request: pytest.FixtureRequest, check: Callable[..., Spec], text: str
) -> None:
    config = request.getfixturevalue(text)
    validator.validate(load_yaml(config, "f").data)
    validator.validate(check(config).resolved())


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("optimizer", "adam"),
        ("optimizer", {"name": "adam"}),
        ("optimizer", {"name": "adam", "schedule": "constant"}),
        ("optimizer", {"name": "adam", "schedule": None}),
        ("model", {"layers": [{"relu": {"name": "a"}}, "relu"], "output": {"early": "a", "late": "relu_1"}}),
        ("model", {"layers": ["relu", {"linear": {"units": 3, "name": "a", "inputs": ["input"]}}], "output": "a"}),
        ("training", {"batch_size": "full"}),
        ("training", {"weight_average": None}),
        ("data", {"dataset": {"name": "digits"}, "split": {"files": {"train": "a.csv"}}}),
        ("data", {"dataset": {"format": "csv", "path": "a", "target": "b"}}),
    ],
)
def test_every_notation_is_accepted(validator: jsonschema.Draft7Validator, good: str, key: str, value: Any) -> None:
    validator.validate(load_yaml(good, "f").data | {key: value})


def test_broken_configs_are_refused(validator: jsonschema.Draft7Validator) -> None:
    readable = {}
    for file in BROKEN:
        with contextlib.suppress(InvalidConfigError):
            readable[file.stem] = load_yaml(file.read_text(encoding="utf-8"), "f").data
    assert len(readable) > 80
    assert {name for name, data in readable.items() if validator.is_valid(data)} == UNDETECTED


def sections(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield path and schema of every mapping with known keys."""
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            yield path, schema
        for key, inner in schema.items():
            yield from sections(inner, f"{path}/{key}")
    elif isinstance(schema, list):
        for index, inner in enumerate(schema):
            yield from sections(inner, f"{path}/{index}")


def test_every_section_is_closed_and_every_key_described() -> None:
    schemas = dict(sections(json_schema()))
    assert len(schemas) > 25
    for path, section in schemas.items():
        assert section["additionalProperties"] is False, path
        for key, schema in section["properties"].items():
            assert schema.get("description"), f"{path}: {key}"


def test_references_have_no_other_keys() -> None:
    def check(schema: Any) -> None:
        if isinstance(schema, dict):
            assert "$ref" not in schema or len(schema) == 1
        for inner in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
            check(inner)

    check(json_schema())


def test_defaults_enums_ranges_and_descriptions() -> None:
    schema = json_schema()
    epochs = schema["definitions"]["TrainingSettings"]["properties"]["epochs"]
    description = registry.argument_descriptions(TrainingSettings)["epochs"]
    assert epochs == {"default": 20, "description": description, "exclusiveMinimum": 0, "type": "integer"}
    assert schema["properties"]["data"]["allOf"] == [{"$ref": "#/definitions/DataSection"}]
    assert schema["definitions"]["DataSection"]["properties"]["normalize"]["default"] == "standard"
    [names, adam, _] = schema["definitions"]["optimizer"]["anyOf"]
    assert names["enum"] == ["adam"]
    assert adam["properties"]["name"] == {"const": "adam", "description": "Adaptive moments."}
    assert adam["properties"]["learning_rate"]["default"] == 1e-3
