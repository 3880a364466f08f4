"""Comparisons: read, written, applied."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcli.comparison import Comparison


@pytest.mark.parametrize(
    ("text", "comparison"),
    [
        ("<= 5", Comparison("<=", 5.0)),
        (">=0.9", Comparison(">=", 0.9)),
        (" < 1e-3 ", Comparison("<", 0.001)),
        ("> -2", Comparison(">", -2.0)),
    ],
)
def test_parse(text: str, comparison: Comparison) -> None:
    assert Comparison.parse(text) == comparison


@pytest.mark.parametrize("text", ["", "5", "== 5", "=< 5", "<=", "<= five", "<= 5 ms", "<= inf", "<= nan", "<= true"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Comparison.parse(text)


@pytest.mark.parametrize(
    ("symbol", "below", "equal", "above"),
    [("<=", True, True, False), ("<", True, False, False), (">=", False, True, True), (">", False, False, True)],
)
def test_holds(symbol: str, below: bool, equal: bool, above: bool) -> None:
    comparison = Comparison(symbol, 5.0)
    assert [comparison.holds(value) for value in (4.9, 5.0, 5.1)] == [below, equal, above]
    assert not comparison.holds(math.nan)


@given(st.sampled_from(sorted(Comparison.OPERATORS)), st.floats(allow_nan=False, allow_infinity=False))
def test_parse_undoes_str(symbol: str, bound: float) -> None:
    comparison = Comparison(symbol, bound)
    assert Comparison.parse(str(comparison)) == comparison
