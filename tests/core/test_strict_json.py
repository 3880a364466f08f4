from __future__ import annotations

import json
import math
from pathlib import PurePosixPath

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcli.core import strict_json

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner), max_leaves=20
)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_non_finite_numbers_become_null(number: float) -> None:
    assert strict_json.dumps({"loss": number}) == '{"loss": null}'
    assert strict_json.dumps([np.float32(number)]) == "[null]"


def test_numpy_values_become_plain() -> None:
    value = {"a": np.int64(3), "b": np.float32(0.5), "c": np.array([[1, 2]]), "d": np.bool_(True)}
    assert strict_json.plain(value) == {"a": 3, "b": 0.5, "c": [[1, 2]], "d": True}


def test_paths_tuples_and_other_keys() -> None:
    assert strict_json.plain({1: (PurePosixPath("a/b"), None)}) == {"1": ["a/b", None]}


def test_text_stays_readable() -> None:
    assert strict_json.dumps("é λ") == '"é λ"'


def test_other_objects_are_refused() -> None:
    with pytest.raises(TypeError, match="object"):
        strict_json.dumps({"a": object()})


@given(VALUES)
def test_every_value_is_read_back_by_a_strict_parser(value: object) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    read = json.loads(strict_json.dumps(value), parse_constant=refuse)
    assert read == strict_json.plain(value)


def test_lone_surrogates_are_escaped():
    text = strict_json.dumps({"pa\udcffth": ["é", "\ud83d"]})
    text.encode()
    assert json.loads(text) == {"pa\udcffth": ["é", "\ud83d"]}


@pytest.mark.parametrize(
    "text", ["[" * 50_000, "[" * 101 + "]" * 101, '{"a": ' * 101 + "1" + "}" * 101, b"\xff", "9" * 5000]
)
def test_text_that_could_crash_a_parser_is_refused(text: str | bytes) -> None:
    with pytest.raises(ValueError):
        strict_json.loads(text)


def test_nesting_is_allowed_up_to_the_limit() -> None:
    assert strict_json.loads("[" * 100 + "]" * 100) is not None
    assert strict_json.loads(b'{"a": [1, {"b": null}]}') == {"a": [1, {"b": None}]}
