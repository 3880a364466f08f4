"""JSON Schema of sweep files, with the real components."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from dlcli.core import strict_json
from dlcli.spec import load_yaml
from dlcli.sweeps import load_sweep, sweep_json_schema

SWEEPS = sorted((Path(__file__).parents[3] / "configs/sweeps").glob("*.yaml"))


@pytest.fixture(autouse=True)
def _components() -> None:
    """Use the real components instead of those for tests."""


@pytest.fixture(autouse=True)
def _sweep_components() -> None:
    """Use the real components of sweeps as well."""


@pytest.fixture
def validator() -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(sweep_json_schema())


def test_schema_is_valid_draft_7() -> None:
    schema = sweep_json_schema()
    jsonschema.Draft7Validator.check_schema(schema)
    strict_json.dumps(schema)
    assert {"search", "pruning"} < schema["definitions"].keys()


@pytest.mark.parametrize("file", SWEEPS, ids=lambda file: file.stem)
def test_shipped_sweeps_are_accepted(validator: jsonschema.Draft7Validator, file: Path) -> None:
    validator.validate(load_yaml(file.read_text(encoding="utf-8"), str(file)).data)
    validator.validate(load_sweep(file).resolved())


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("space", {}),
        ("space", {"seed": 3}),
        ("search", "rnadom"),
        ("budget", {"trials": 0}),
        ("execution", {"engine": "cloud"}),
        ("objective", {"optimize": "error"}),
        ("final", 3),
        ("data", {}),
    ],
)
def test_schema_refuses_mistakes(validator: jsonschema.Draft7Validator, key: str, value: Any) -> None:
    valid = {"base": "a.yaml", "space": {"seed": [1, 2]}}
    validator.validate(valid)
    assert not validator.is_valid(valid | {key: value})


def test_every_key_is_described() -> None:
    def sections(schema: Any) -> Iterator[dict[str, Any]]:
        inner = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
        if isinstance(schema, dict) and isinstance(schema.get("properties"), dict):
            yield schema
        for item in inner:
            yield from sections(item)

    all_sections = list(sections(sweep_json_schema()))
    assert len(all_sections) > 8
    for section in all_sections:
        for key, schema in section["properties"].items():
            assert schema.get("description"), (section.get("description"), key)
