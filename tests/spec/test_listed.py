"""Components in a list, as in `data.augment`."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

import dlcli.components  # noqa: F401  # fills the registry, before any test replaces it
from dlcli.core import ConfigError
from dlcli.spec import Spec, json_schema, load_yaml, spec_from_text

TEXT = """\
data:
  dataset: digits
  augment: {augment}
model: {{architecture: mlp, hidden_units: [4]}}
optimizer: adam
"""


@pytest.fixture(autouse=True)
def _components() -> None:
    """The real components instead of those of the other tests."""


def read(augment: str) -> Spec:
    return spec_from_text(TEXT.format(augment=augment), file="c.yaml")


def test_an_entry_is_a_name_or_a_name_with_its_options() -> None:
    spec = read("[horizontal_flip, {random_crop: {padding: 2}}, {mixup: }]")
    assert [entry.name for entry in spec.data.augment] == ["horizontal_flip", "random_crop", "mixup"]
    assert [entry.options for entry in spec.data.augment][1:] == [{"padding": 2}, {"alpha": 0.2}]
    assert read("[]").data.augment == []


def test_a_resolved_list_loads_to_an_equal_list() -> None:
    spec = read("[{vertical_flip: {probability: 1.0}}, cutout]")
    assert spec.resolved()["data"]["augment"] == [
        {"vertical_flip": {"probability": 1.0}},
        {"cutout": {"size": 8, "probability": 1.0}},
    ]
    assert spec_from_text(spec.to_yaml(), file="c.yaml") == spec


@pytest.mark.parametrize(
    ("augment", "column", "key", "code", "hint"),
    [
        ("[cutuot]", 13, "data.augment[0].cutuot", "unknown_name", "did you mean cutout?"),
        ("[mirror]", 13, "data.augment[0].mirror", "unknown_name", "did you mean horizontal_flip?"),
        ("[mixup, {cutout: {sise: 3}}]", 30, "data.augment[1].cutout.sise", "unknown_key", "did you mean size?"),
        ("[{cutout: {size: 0}}]", 29, "data.augment[0].cutout.size", "out_of_range", "got 0"),
        ("[{cutout: 3}]", 22, "data.augment[0].cutout", "wrong_type", "got 3"),
        ("[{name: mixup}]", 13, "data.augment[0]", "wrong_type", "write {mixup: {…}}"),
        ("[{cutout: {}, size: 3}]", 13, "data.augment[0]", "wrong_type", "keys cutout, size"),
        ("[3]", 13, "data.augment[0]", "wrong_type", "got 3"),
        ("mixup", 12, "data.augment", "wrong_type", "write [mixup]"),
    ],
)
def test_mistakes_have_their_places(augment: str, column: int, key: str, code: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(augment)
    error = caught.value
    assert (error.line, error.column, error.key, error.code) == (3, column, key, code)
    assert hint in error.message


@pytest.mark.parametrize(
    ("augment", "valid"),
    [
        ("[horizontal_flip, {random_crop: {padding: 2}}]", True),
        ("[]", True),
        ("[mirror]", False),
        ("[{cutout: {sise: 3}}]", False),  # codespell:ignore sise
        ("[{mixup: {}, cutout: {}}]", False),
        ("mixup", False),
    ],
)
def test_the_schema_agrees(augment: str, valid: bool) -> None:
    document: Any = load_yaml(TEXT.format(augment=augment), "c.yaml").data
    errors = [*jsonschema.Draft7Validator(json_schema()).iter_errors(document)]
    assert (not errors) == valid
