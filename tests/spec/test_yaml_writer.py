from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcli.spec import load_yaml, parse_value, to_flow, to_yaml

READABLE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff"), max_size=12)
AMBIGUOUS = st.sampled_from(
    ["1e-3", "no", "010", "0o7", "null", "~", "", "true", ".inf", "1_000", "<<", "- a", "a: b", "9" * 500]
)
SCALARS = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False) | READABLE | AMBIGUOUS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(READABLE | AMBIGUOUS, inner, max_size=4),
    max_leaves=12,
)


def same(one: Any, other: Any) -> bool:
    """Return whether two values are equal and of the same types, where 1, 1.0 and true differ."""
    return repr(one) == repr(other)


@given(st.dictionaries(READABLE | AMBIGUOUS, VALUES, min_size=1, max_size=4))
def test_written_mappings_load_to_the_same_values(value: dict[str, Any]) -> None:
    assert same(load_yaml(to_yaml(value), "f").data, value)


@given(VALUES)
def test_written_flow_values_load_to_the_same_values(value: Any) -> None:
    assert same(parse_value(to_flow(value)), value)


@pytest.mark.parametrize("number", [1e-05, 0.1, 1e22, 5e-324, 1 / 3, 123456789.123456789])
def test_floats_are_exact_and_stay_floats(number: float) -> None:
    assert same(load_yaml(to_yaml({"a": number}), "f").data["a"], number)


def test_keys_keep_their_order_and_lists_of_scalars_are_on_one_line() -> None:
    value = {"b": 1, "a": {"z": [64, 32], "y": [{"name": "x"}]}}
    assert to_yaml(value) == "b: 1\na:\n  z: [64, 32]\n  y:\n  - name: x\n"


def test_equal_objects_are_written_out_without_anchors() -> None:
    shared = [1, 2]
    assert to_yaml({"a": shared, "b": shared}) == "a: [1, 2]\nb: [1, 2]\n"


def test_flow_is_one_line() -> None:
    assert to_flow({"name": "sgd", "rate": 1e-05, "a": "no"}) == "{name: sgd, rate: 1e-05, a: no}"
    assert to_flow("1e-3") == "'1e-3'"
    assert to_flow(None) == "null"
