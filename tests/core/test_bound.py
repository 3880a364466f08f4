"""Bounds are parsed, formatted and applied."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcli.core import Bound


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("<= 5", Bound("<=", 5.0)),
        (">=0.9", Bound(">=", 0.9)),
        (" < 1e-3 ", Bound("<", 0.001)),
        ("> -2", Bound(">", -2.0)),
    ],
)
def test_parse(text: str, bound: Bound) -> None:
    assert Bound.parse(text) == bound


@pytest.mark.parametrize("text", ["", "5", "== 5", "=< 5", "<=", "<= five", "<= 5 ms", "<= inf", "<= nan", "<= true"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Bound.parse(text)


@pytest.mark.parametrize(
    ("symbol", "below", "equal", "above"),
    [("<=", True, True, False), ("<", True, False, False), (">=", False, True, True), (">", False, False, True)],
)
def test_holds(symbol: str, below: bool, equal: bool, above: bool) -> None:
    bound = Bound(symbol, 5.0)
    assert [bound.holds(value) for value in (4.9, 5.0, 5.1)] == [below, equal, above]
    assert not bound.holds(math.nan)


@given(st.sampled_from(sorted(Bound.OPERATORS)), st.floats(allow_nan=False, allow_infinity=False))
def test_parse_undoes_str(symbol: str, bound: float) -> None:
    bound = Bound(symbol, bound)
    assert Bound.parse(str(bound)) == bound
