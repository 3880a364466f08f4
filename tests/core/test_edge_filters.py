"""The edge filters of the literature."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.core.edge_filters import edge_filter


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("prewitt", [[1, 0, -1], [1, 0, -1], [1, 0, -1]]),  # vertical edge filter of CS 230
        ("sobel", [[1, 0, -1], [2, 0, -2], [1, 0, -1]]),
        ("scharr", [[3, 0, -3], [10, 0, -10], [3, 0, -3]]),
    ],
)
def test_the_published_filters(kind, expected) -> None:
    np.testing.assert_array_equal(edge_filter("vertical", kind), expected)
    np.testing.assert_array_equal(edge_filter("horizontal", kind), np.transpose(expected))
