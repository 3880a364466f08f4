"""The 3×3 filters that respond to edges: a difference along one axis, an average along the other."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

#: Direction of the edge: a vertical edge separates left from right.
EdgeDirection: TypeAlias = Literal["vertical", "horizontal"]
#: Name of the filter: Prewitt 1970, Sobel & Feldman 1968, Scharr 2000.
Kind: TypeAlias = Literal["prewitt", "sobel", "scharr"]

AVERAGES: dict[Kind, tuple[int, int, int]] = {"prewitt": (1, 1, 1), "sobel": (1, 2, 1), "scharr": (3, 10, 3)}


def edge_filter(direction: EdgeDirection, kind: Kind) -> np.ndarray:
    """Return a (3, 3) float64 filter whose response is positive where the image gets darker to the right or downwards.

    The rows are the average's weights times (1, 0, −1): 1, 1, 1 for Prewitt, 1, 2, 1 for Sobel, 3, 10, 3 for Scharr.
    """
    vertical = np.outer(AVERAGES[kind], (1.0, 0.0, -1.0))
    return vertical if direction == "vertical" else np.ascontiguousarray(vertical.T)
