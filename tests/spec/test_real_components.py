"""Every registered component is documented and can be written in a config, and every shipped config is valid."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import dlcli.components  # noqa: F401  # fills the registry, before any test replaces it
from dlcli.core import InvalidConfigError, registry
from dlcli.spec import (
    commented_template,
    component_from,
    describe,
    fields_of,
    json_schema,
    load_spec,
    load_yaml,
    spec_from_text,
)
from dlcli.spec.component import options_model
from dlcli.spec.transfer import KEYS

CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.yaml"))
#: Functions are operations of autograd, which configs do not name.
COMPONENTS = [(kind, name) for kind in registry.kinds() if kind != "function" for name in registry.names(kind)]
#: Keys next to the options.
RESERVED = {
    "layer": {"name", "inputs"},
    "architecture": {"architecture", "layers", "output", *KEYS},
    "format": {"format", "name"},
}

each_component = pytest.mark.parametrize(("kind", "name"), COMPONENTS)


@pytest.fixture(autouse=True)
def _components() -> None:
    """The real components instead of those of the other tests."""


def test_there_are_components_of_every_kind() -> None:
    kinds = {kind for kind, _ in COMPONENTS}
    assert kinds >= {"architecture", "dataset", "format", "initializer", "layer", "loss", "metric", "normalization"}
    assert kinds >= {"optimizer", "schedule", "task"}


@each_component
def test_a_component_and_its_options_are_described(kind: str, name: str) -> None:
    component = registry.lookup(kind, name)
    assert registry.summary(component).strip()
    for option in registry.options(component):
        assert option.description, option.name
        assert describe(option.annotation)
    assert [*fields_of(options_model(component))] == [option.name for option in registry.options(component)]


@each_component
def test_the_defaults_of_a_component_fit_its_signature(kind: str, name: str) -> None:
    for option in registry.options(registry.lookup(kind, name)):
        assert option.name not in RESERVED.get(kind, {"name"})
    if not any(option.required for option in registry.options(registry.lookup(kind, name))):
        component = component_from(kind, name)
        assert component_from(kind, {"name": name, **component.options}) == component


def test_the_schema_is_valid_and_accepts_every_shipped_config() -> None:
    schema = json_schema()
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    assert len(CONFIGS) >= 9
    for file in CONFIGS:
        validator.validate(load_yaml(file.read_text(encoding="utf-8"), str(file)).data)
        validator.validate(load_spec(file).resolved())


def test_every_option_is_described_in_the_schema() -> None:
    def sections(schema: Any) -> list[dict[str, Any]]:
        inner = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
        own = [schema] if isinstance(schema, dict) and isinstance(schema.get("properties"), dict) else []
        return own + [section for item in inner for section in sections(item)]

    for section in sections(json_schema()):
        for key, schema in section["properties"].items():
            assert schema.get("description"), (section.get("description"), key)


def test_ranges_of_options_are_checked_with_the_config() -> None:
    [file] = (file for file in CONFIGS if file.stem == "spirals")
    with pytest.raises(InvalidConfigError) as caught:
        load_spec(file, {"data.dataset.arms": 1})
    assert [(error.code, error.key) for error in caught.value.problems] == [("out_of_range", "data.dataset.arms")]


@pytest.mark.parametrize("file", CONFIGS, ids=lambda file: file.stem)
def test_a_resolved_config_loads_to_an_equal_spec(file: Path) -> None:
    spec = load_spec(file)
    assert spec_from_text(spec.to_yaml(), file="runs/x/resolved.yaml") == spec


def test_the_template_is_valid_with_the_real_components() -> None:
    spec = spec_from_text(commented_template(), file="config.yaml")
    assert spec.data.dataset.name == "digits"


def test_checking_a_config_takes_less_than_50_milliseconds() -> None:
    def seconds() -> float:
        started = time.perf_counter()
        load_spec(CONFIGS[0])
        return time.perf_counter() - started

    assert min(seconds() for _ in range(5)) < 0.05
