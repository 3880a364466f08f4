"""Distributions: values worked out by hand, and what is refused, with the option it is about."""

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
        (OneMinusLogUniform(low=0.9, high=0.999), 0.5, 0.99),  # the notes' example: 1 − β from 0.1 to 0.001
        (IntUniform(low=1, high=3), 0.34, 2),
        (IntUniform(low=1, high=3), 0.32, 1),
        (IntLogUniform(low=1, high=100), 0.5, 7),  # √(0.5 · 100.5) = 7.09
        (Choice(values=["a", "b", "c"]), 0.7, "c"),
    ],
)
def test_values(distribution: Any, coordinate: float, value: Any) -> None:
    assert distribution.value(coordinate) == (pytest.approx(value) if isinstance(value, float) else value)
    assert distribution.normalize(value) == pytest.approx(coordinate, abs=0.2)


def test_numbers_written_as_integers_are_drawn_as_floats() -> None:
    assert all(type(value) is float for value in Uniform(low=0, high=1).bounds())


def test_integers_with_one_value() -> None:
    assert IntUniform(low=3, high=3).bounds() == (3, 3)
    assert IntUniform(low=3, high=3).cells == 1


def test_a_choice_tells_true_from_one() -> None:
    choice = Choice(values=[1, True, 1.0, "1", None])
    assert [choice.value(choice.normalize(value)) for value in choice.values] == [1, True, 1.0, "1", None]
    assert choice.normalize(True) == pytest.approx(0.3)


def test_what_a_choice_gives_is_its_own() -> None:
    choice = Choice(values=[[64, 64], [32]])
    choice.value(0.0).append(1)
    choice.bounds()[0].append(1)
    assert choice.values == [[64, 64], [32]]


BEYOND = 10**400  # no float is as large


@pytest.mark.parametrize(
    ("kind", "options", "key", "words"),
    [
        (Uniform, {"low": 2, "high": 1}, "low", "low comes first; found low 2 and high 1"),
        (Uniform, {"low": 1.0, "high": 1}, "high", "low 1.0 and high 1 are the same number"),
        (Uniform, {"low": math.nan, "high": 1}, "low", "expected a finite number; found nan"),
        (Uniform, {"low": 0, "high": math.inf}, "high", "expected a finite number; found inf"),
        (Uniform, {"low": 0, "high": BEYOND}, "high", "expected a finite number"),
        (Uniform, {"low": False, "high": 1}, "low", "expected a finite number; found False"),
        (Uniform, {"low": "a", "high": 1}, "low", "expected a finite number; found 'a'"),
        (Uniform, {"low": -1e308, "high": 1e308}, "high", "leave no room"),
        (LogUniform, {"low": 0, "high": 1}, "low", "greater than 0, which has a logarithm; found 0"),
        (LogUniform, {"low": -1, "high": -0.5}, "low", "found -1"),
        (LogUniform, {"low": 1e300, "high": math.nextafter(1e300, math.inf)}, "high", "leave no room"),
        (LogUniform, {"low": 0.1, "high": 0.01}, "low", "low comes first"),
        (OneMinusLogUniform, {"low": 0.9, "high": 1}, "high", "between 0 and 1, both left out; found 1"),
        (OneMinusLogUniform, {"low": 0, "high": 0.9}, "low", "found 0"),
        (OneMinusLogUniform, {"low": 0.9, "high": 0.9}, "high", "are the same number"),
        (IntUniform, {"low": 3, "high": 1}, "low", "low comes first"),
        (IntUniform, {"low": 1.0, "high": 3}, "low", "expected an integer"),
        (IntUniform, {"low": 0, "high": 2**40 + 1}, "high", "expected an integer up to 1099511627776"),
        (IntUniform, {"low": 0, "high": BEYOND}, "high", "expected a finite number; found 1000"),
        (IntLogUniform, {"low": 0, "high": 3}, "low", "which has a logarithm; found 0"),
        (Choice, {"values": []}, "values", "there is nothing to choose from"),
        (Choice, {"values": ["a", "b", "a"]}, "values", '"a" is there twice'),
        (Choice, {"values": [[1], [1]]}, "values", "[1] is there twice"),
        (Choice, {"values": [1.0, math.inf]}, "values", "finite numbers; found inf"),
        (Choice, {"values": [[1.0, math.nan]]}, "values", "finite numbers; found [1.0, nan]"),
    ],
)
def test_what_is_refused(kind: Any, options: dict[str, Any], key: str, words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        kind(**options)
    assert refused.value.key == key
    assert words in refused.value.message
