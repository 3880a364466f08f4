"""Numbers, shares, durations, counts, sizes and lists as text."""

from __future__ import annotations

import math

import pytest

from dlcli.core import formatting
from dlcli.core.formatting import byte_size, count, duration, listing, number, percent, percent_interval, signed


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (math.nan, "nan"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (0.0, "0"),
        (-0.0, "0"),
        (3.0, "3"),
        (12, "12"),
        (0.1, "0.1"),
        (0.97123, "0.9712"),
        (0.0031622776, "0.003162"),
        (1e-7, "1e-7"),
        (1.23456e-8, "1.235e-8"),
        (-1.23456e-8, "-1.235e-8"),
        (999.94, "999.9"),
        (999.96, "1000"),
        (999.95, "1000"),  # the nearest double is above it
        (9999.6, "10000"),
        (54321.6, "54322"),
        (-54321.6, "-54322"),
        (123456.0, "123456"),
        (1e6, "1e6"),
        (1234567.0, "1.235e6"),
        (0.999, "0.999"),
        (0.99995, "0.99995"),
        (0.99999876, "0.9999988"),
        (1.0, "1"),
        (1.00004, "1"),
    ],
)
def test_numbers_have_four_significant_digits(value: float | None, text: str) -> None:
    assert number(value) == text


def test_fewer_digits() -> None:
    assert [number(value, 2) for value in (0.01234, 1.26, 126.4, 1.26e-9)] == ["0.012", "1.3", "126", "1.3e-9"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.5", "+1.5"),
        ("-1.5", "−1.5"),
        ("0.00", "0.00"),
        ("-0.0", "0.0"),
        ("nan", "nan"),
        ("inf", "+inf"),
        ("-inf", "−inf"),
    ],
)
def test_signs(text: str, expected: str) -> None:
    assert signed(text) == expected


@pytest.mark.parametrize(
    ("share", "decimals", "text"),
    [
        (0.0, 0, "0"),
        (-0.0, 1, "0.0"),
        (1.0, 0, "100"),
        (0.5, 0, "50"),
        (0.994, 0, "99"),
        (0.996, 0, "99.6"),
        (0.9996, 1, "99.96"),
        (0.99999, 0, "99.999"),
        (0.004, 0, "0.4"),
        (0.00004, 1, "0.004"),
        (1 - 1e-9, 0, ">99.9999"),
        (1e-9, 1, "<0.00001"),
        (1.2, 0, "120"),
        (-0.001, 1, "-0.1"),
        (math.nan, 1, "nan"),
    ],
)
def test_only_exact_shares_are_0_or_100_percent(share: float, decimals: int, text: str) -> None:
    assert percent(share, decimals) == text


def test_intervals_of_shares() -> None:
    assert percent_interval(0.376, 0.996) == "38 … 99.6 %"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 s"),
        (0.004, "0.004 s"),
        (0.42, "0.4 s"),
        (42.34, "42.3 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min"),
        (60.0, "1 min"),
        (75.0, "1 min 15 s"),
        (3599.7, "1 h"),
        (3600.0, "1 h"),
        (7_380.0, "2 h 3 min"),
        (86_400.0, "1 d"),
        (200_000.0, "2 d 7 h"),
        (-1.0, "0 s"),
        (math.nan, "–"),
        (math.inf, "–"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(("quantity", "text"), [(0, "0 files"), (1, "1 file"), (2, "2 files"), (1200, "1,200 files")])
def test_counts(quantity: int, text: str) -> None:
    assert count(quantity, "file") == text


def test_irregular_plurals() -> None:
    assert [count(quantity, "entry", "entries") for quantity in (1, 2)] == ["1 entry", "2 entries"]


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1023 bytes"),
        (1024, "1 KiB"),
        (3 << 29, "1.5 GiB"),
        (10**400, "inf EiB"),
    ],
)
def test_sizes(size: int, text: str) -> None:
    assert byte_size(size) == text


@pytest.mark.parametrize(
    ("items", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists(items: list[str], text: str) -> None:
    assert listing(items) == text


def test_lists_of_alternatives() -> None:
    assert listing(["a", "b", "c"], "or") == "a, b or c"


def test_it_does_not_import_numpy() -> None:
    assert not hasattr(formatting, "np")
