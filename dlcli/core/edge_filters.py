"""The 3×3 filters that answer to edges: a difference in one direction, an average in the other."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

#: of the edge: a vertical one has its dark and its light side left and right
EdgeDirection: TypeAlias = Literal["vertical", "horizontal"]
#: whose filter: Prewitt 1970, Sobel & Feldman 1968, Scharr 2000
Kind: TypeAlias = Literal["prewitt", "sobel", "scharr"]

AVERAGES: dict[Kind, tuple[int, int, int]] = {"prewitt": (1, 1, 1), "sobel": (1, 2, 1), "scharr": (3, 10, 3)}


def edge_filter(direction: EdgeDirection, kind: Kind) -> np.ndarray:
    """(3, 3) float64: positive where it gets darker to the right, or downwards.

    A vertical Prewitt filter has three rows (1, 0, −1); Sobel's middle row counts twice, Scharr's 10 for 3.
    """
    vertical = np.outer(AVERAGES[kind], (1.0, 0.0, -1.0))
    return vertical if direction == "vertical" else np.ascontiguousarray(vertical.T)
