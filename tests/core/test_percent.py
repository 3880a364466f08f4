from __future__ import annotations

import pytest

from dlcli.core import percent, proportion


@pytest.mark.parametrize(
    ("share", "decimals", "text"),
    [
        (0.0, 0, "0"),
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
    ],
)
def test_zero_and_a_hundred_are_exact(share: float, decimals: int, text: str) -> None:
    assert percent(share, decimals) == text


@pytest.mark.parametrize(("share", "text"), [(1.0, "1.000"), (0.99996, "0.99996"), (0.0, "0.000"), (0.75, "0.750")])
def test_zero_and_one_are_exact(share: float, text: str) -> None:
    assert proportion(share) == text
