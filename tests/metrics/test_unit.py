"""Formatting of values of metrics."""

from __future__ import annotations

import math

import pytest

from dlcli.metrics import NOT_KNOWN, Unit

SHARE, NUMBER, MILLISECONDS = Unit.SHARE, Unit.NUMBER, Unit.MILLISECONDS


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        (SHARE, 0.0278, "2.78 %"),
        (SHARE, 0.9722, "97.22 %"),  # as many decimals as the error
        (SHARE, 0.45, "45.0 %"),
        (SHARE, 0.0, "0.00 %"),
        (SHARE, -0.0, "0.00 %"),
        (SHARE, 1.0, "100.00 %"),
        (SHARE, 0.99999, "99.999 %"),
        (SHARE, 0.00001, "0.001 %"),
        (SHARE, None, "–"),
        (SHARE, math.nan, "nan"),
        (NUMBER, 0.97123, "0.9712"),
        (NUMBER, 54321.6, "54322"),
        (NUMBER, -0.0, "0"),
        (NUMBER, None, "–"),
        (NUMBER, math.inf, "inf"),
        (MILLISECONDS, 0.42, "0.42 ms"),
        (MILLISECONDS, None, "–"),
        (MILLISECONDS, math.nan, "nan"),
    ],
)
def test_values(unit: Unit, value: float | None, text: str) -> None:
    assert unit.text(value) == text


@pytest.mark.parametrize("errors", range(101))
def test_an_accuracy_and_its_error_sum_to_a_hundred(errors: int) -> None:
    error, accuracy = (float(SHARE.text(value).split()[0]) for value in (errors / 100, (100 - errors) / 100))
    assert error + accuracy == pytest.approx(100)


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        (SHARE, 0.05, "5 %"),
        (SHARE, 0.075, "7.5 %"),
        (SHARE, 1.0, "100 %"),
        (SHARE, 0.9999999, ">99.9999 %"),
        (NUMBER, 0.5, "0.5"),
    ],
)
def test_ticks_are_short(unit: Unit, value: float, text: str) -> None:
    assert unit.tick(value) == text


@pytest.mark.parametrize(
    ("unit", "low", "high", "text"),
    [
        (SHARE, 0.0012, 0.04, "0.12 … 4.00 %"),
        (SHARE, 0.05, 0.45, "5.0 … 45.0 %"),
        (SHARE, 0.95, 0.999, "95.00 … 99.90 %"),
        (SHARE, -0.01, 1.5, "0.00 … 100.00 %"),
        (NUMBER, -0.01, 0.5, "-0.01 … 0.5"),
        (MILLISECONDS, 1.5, 2.25, "1.5 … 2.25 ms"),
        (SHARE, math.nan, 0.5, NOT_KNOWN),
        (NUMBER, -math.inf, math.inf, NOT_KNOWN),
    ],
)
def test_intervals(unit: Unit, low: float, high: float, text: str) -> None:
    assert unit.interval(low, high) == text


@pytest.mark.parametrize(
    ("unit", "value", "difference", "size"),
    [
        (SHARE, -0.031, "−3.10 points", "3.10 points"),
        (SHARE, 0.25, "+25.0 points", "25.0 points"),
        (SHARE, 0.0, "0.00 points", "0.00 points"),
        (SHARE, 2.7e-17, "0.00 points", "0.00 points"),  # 0.3 - 0.1 - 0.2
        (SHARE, -0.00004, "−0.004 points", "0.004 points"),
        (NUMBER, 5.5, "+5.5", "5.5"),
        (NUMBER, -1234.5, "−1234", "1234"),
        (MILLISECONDS, -0.25, "−0.25 ms", "0.25 ms"),
        (SHARE, math.nan, "nan points", "nan points"),
    ],
)
def test_differences(unit: Unit, value: float, difference: str, size: str) -> None:
    assert (unit.difference(value), unit.size(value)) == (difference, size)


def test_intervals_of_differences() -> None:
    assert SHARE.difference_interval(-0.0004, 0.021) == "−0.04 … +2.10"
    assert NUMBER.difference_interval(-0.5, 12.345) == "−0.5 … +12.3"
    assert SHARE.difference_interval(math.nan, 0.1) == NOT_KNOWN
