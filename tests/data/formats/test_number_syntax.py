from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from dlcli.core import ConfigError
from dlcli.data.formats.number_syntax import NumberSyntax, is_number, may_be_numbers, without_common_sign, without_marks


@pytest.mark.parametrize(
    ("options", "words", "numbers"),
    [
        ({}, ["1", "-2.5e3", "+.5", "\u22123", "nan"], [1, -2500, 0.5, -3, np.nan]),
        ({}, ["1,5", "1_000", "0x10", "٣", "1 000"], [np.nan] * 5),
        ({"decimal": ","}, ["0,5", "-1,25e1", "7", "0.5", "1.234,5"], [0.5, -12.5, 7, np.nan, np.nan]),
        (
            {"thousands": ","},
            ["1,234", "1,234,567.5", "12,34,567", "1,23", "0,512"],
            [1234, 1234567.5, 1234567, np.nan, np.nan],
        ),
        ({"decimal": ",", "thousands": "."}, ["1.234,5", "1.234", "12.5"], [1234.5, 1234, np.nan]),
        ({"thousands": " "}, ["1 234", "1\u00a0234\u202f567"], [1234, 1234567]),
        ({"thousands": "'"}, ["1'234.5", "1\u2019234"], [1234.5, 1234]),
    ],
)
def test_numbers_are_read_in_a_syntax(options: dict[str, str], words: list[str], numbers: list[float]):
    found = NumberSyntax(**options).numbers(pa.array(words))  # type: ignore[arg-type]  # strings from a table
    assert np.array_equal(found, numbers, equal_nan=True)


def test_one_mark_has_one_meaning():
    with pytest.raises(ConfigError) as caught:
        NumberSyntax(decimal=",", thousands=",")
    assert caught.value.key == "thousands"


def test_marks_at_numbers():
    words = ["$1,234", "-$5", "5 €", "US$ 3.5", "45.1 %", "(5)", "(1,234)", "(5", "x$", None]
    bare = ["1,234", "-5", "5", "3.5", "45.1", "-5", "-1,234", "(5", "x$", None]
    assert without_marks(pa.array(words)).to_pylist() == bare


@pytest.mark.parametrize(
    ("words", "bare"),
    [
        (["$5", "6", "(7)"], ["5", "6", "-7"]),
        (["45 %", "3 %"], ["45", "3"]),
        (["45 %", "0.45"], ["45 %", "0.45"]),  # two units
        (["$5", "€5"], ["$5", "€5"]),
    ],
)
def test_signs_are_dropped_where_all_are_the_same(words: list[str], bare: list[str]):
    assert without_common_sign(pa.array(words)).to_pylist() == bare


def test_what_may_be_a_number():
    words = pa.array(["5", "1,234.5", "$3", "45 %", "\u22122", "1 000", "x7", "2024-01-05", "", None])
    assert may_be_numbers(words).tolist() == [True] * 6 + [False] * 4
    assert is_number("1e5")
    assert not is_number("1,5")
