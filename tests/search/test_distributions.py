"""Distributions: values computed by hand, and invalid options."""

from __future__ import annotations

import math
from typing import Any

import pytest

from dlcli.core import ConfigError
from dlcli.search import Choice, IntLogUniform, IntUniform, LogUniform, OneMinusLogUniform, Uniform


@pytest.mark.parametrize(
    ("distribution", "coordinate", "value"),
    [
        (Uniform(low=-1, high=3), 0.25, 0.0),
        (LogUniform(low=1e-4, high=1e-1), 1 / 3, 1e-3),
        (OneMinusLogUniform(low=0.9, high=0.999), 0.5, 0.99),  # example of CS 230: 1 − β from 0.1 to 0.001
        (IntUniform(low=1, high=3), 0.34, 2),
        (IntUniform(low=1, high=3), 0.32, 1),
        (IntLogUniform(low=1, high=100), 0.5, 7),  # √(0.5 · 100.5) = 7.09
        (Choice(values=["a", "b", "c"]), 0.7, "c"),
    ],
)
def test_values(distribution: Any, coordinate: float, value: Any) -> None:
    assert distribution.value(coordinate) == (pytest.approx(value) if isinstance(value, float) else value)
    assert distribution.normalize(value) == pytest.approx(coordinate, abs=0.2)


def test_uniform_returns_floats_for_integer_bounds() -> None:
    assert all(type(value) is float for value in Uniform(low=0, high=1).bounds())


def test_integer_range_of_one_value() -> None:
    assert IntUniform(low=3, high=3).bounds() == (3, 3)
    assert IntUniform(low=3, high=3).cells == 1


def test_choice_distinguishes_true_from_one() -> None:
    choice = Choice(values=[1, True, 1.0, "1", None])
    assert [choice.value(choice.normalize(value)) for value in choice.values] == [1, True, 1.0, "1", None]
    assert choice.normalize(True) == pytest.approx(0.3)


def test_choice_returns_copies() -> None:
    choice = Choice(values=[[64, 64], [32]])
    choice.value(0.0).append(1)
    choice.bounds()[0].append(1)
    assert choice.values == [[64, 64], [32]]


TOO_LARGE = 10**400  # exceeds the largest float


@pytest.mark.parametrize(
    ("kind", "options", "key", "code", "words"),
    [
        (Uniform, {"low": 2, "high": 1}, "low", "out_of_range", "low 2 and high 1"),
        (Uniform, {"low": 1.0, "high": 1}, "high", "out_of_range", "equal"),
        (Uniform, {"low": math.nan, "high": 1}, "low", "out_of_range", "nan"),
        (Uniform, {"low": 0, "high": math.inf}, "high", "out_of_range", "inf"),
        (Uniform, {"low": 0, "high": TOO_LARGE}, "high", "out_of_range", "finite"),
        (Uniform, {"low": False, "high": 1}, "low", "out_of_range", "got False"),
        (Uniform, {"low": "a", "high": 1}, "low", "out_of_range", "got 'a'"),
        (Uniform, {"low": -1e308, "high": 1e308}, "high", "out_of_range", "low -1e+308"),
        (LogUniform, {"low": 0, "high": 1}, "low", "out_of_range", "got 0"),
        (LogUniform, {"low": -1, "high": -0.5}, "low", "out_of_range", "got -1"),
        (LogUniform, {"low": 1e300, "high": math.nextafter(1e300, math.inf)}, "high", "out_of_range", "low 1e+300"),
        (LogUniform, {"low": 0.1, "high": 0.01}, "low", "out_of_range", "high 0.01"),
        (OneMinusLogUniform, {"low": 0.9, "high": 1}, "high", "out_of_range", "(0, 1), got 1"),
        (OneMinusLogUniform, {"low": 0, "high": 0.9}, "low", "out_of_range", "got 0"),
        (OneMinusLogUniform, {"low": 0.9, "high": 0.9}, "high", "out_of_range", "equal"),
        (IntUniform, {"low": 3, "high": 1}, "low", "out_of_range", "high 1"),
        (IntUniform, {"low": 1.0, "high": 3}, "low", "out_of_range", "integer"),
        (IntUniform, {"low": 0, "high": 2**40 + 1}, "high", "out_of_range", "at most 1099511627776"),
        (IntUniform, {"low": 0, "high": TOO_LARGE}, "high", "out_of_range", "got 1000"),
        (IntLogUniform, {"low": 0, "high": 3}, "low", "out_of_range", "got 0"),
        (Choice, {"values": []}, "values", "invalid_value", ""),
        (Choice, {"values": ["a", "b", "a"]}, "values", "duplicate_name", 'got "a"'),
        (Choice, {"values": [[1], [1]]}, "values", "duplicate_name", "got [1]"),
        (Choice, {"values": [1.0, math.inf]}, "values", "invalid_value", "got inf"),
        (Choice, {"values": [[1.0, math.nan]]}, "values", "invalid_value", "got [1.0, nan]"),
    ],
)
def test_invalid_distributions(kind: Any, options: dict[str, Any], key: str, code: str, words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        kind(**options)
    assert (refused.value.key, refused.value.code) == (key, code)
    assert words in refused.value.message
