from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from dlcli.data.formats.number_advice import NumberAdvice, number_advice
from dlcli.data.formats.number_syntax import NumberSyntax


def advice_on(*words: str, syntax: NumberSyntax | None = None, is_new: bool = False) -> NumberAdvice | None:
    return number_advice(pa.array(words), np.arange(len(words)), syntax or NumberSyntax(), is_new=is_new)


@pytest.mark.parametrize(
    ("words", "row", "options", "values"),
    [
        (("512,309", "123,456"), 0, ("thousands: ','", "decimal: ','"), ("512309", "512.309")),
        (("5", "$7", "512,309"), 2, ("thousands: ','", "decimal: ','"), ("512309", "512.309")),
        (("512,309", "1,234,567"), 0, ("thousands: ','",), ("512309",)),
        (("0,5", "1,234"), 0, ("decimal: ','",), ("0.5",)),
        (("1.234,5", "5,1"), 0, ("decimal: ',', thousands: '.'",), ("1234.5",)),
        (("1.234.567", "2.000"), 0, ("decimal: ',', thousands: '.'",), ("1234567",)),
    ],
)
def test_every_reading_is_named(words: tuple[str, ...], row: int, options: tuple[str, ...], values: tuple[str, ...]):
    advice = advice_on(*words)
    assert advice is not None
    assert (advice.row, advice.word) == (row, words[row])
    assert all(option in advice.fix for option in options)
    assert all(value in advice.fix for value in values)
    assert ("decimal" in advice.fix) == any("decimal" in option for option in options)
    assert ("thousands" in advice.fix) == any("thousands" in option for option in options)


@pytest.mark.parametrize("words", [("$5", "$7"), ("45.1 %", "3 %"), ("(5)", "7")])
def test_signs_need_the_word_of_the_user(words: tuple[str, ...]):
    advice = advice_on(*words)
    assert advice is not None
    assert "numeric" in advice.fix
    assert "decimal" not in advice.fix


def test_half_of_the_words_must_be_numbers():
    advice = advice_on("1", "x", "2", "y")
    assert advice is not None
    assert (advice.row, advice.word, advice.count, advice.reason) == (1, "x", 2, None)
    assert advice_on("1", "x", "y") is None
    assert advice_on("1", "2") is None
    assert advice_on("2024-01-05", "2024-01-06") is None


def test_a_trained_model_has_its_syntax():
    advice = advice_on("1.5", "0.5", syntax=NumberSyntax(decimal=","), is_new=True)
    assert advice is not None
    assert "decimal: ','" in advice.fix
    assert "set" not in advice.fix
