"""Initializer of convolution filters with edge filters."""

# ruff: noqa: ARG002 - every initializer takes both fans, this one needs none

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike

from dlcli.core import register
from dlcli.core.edge_filters import EdgeDirection, Kind, edge_filter
from dlcli.nn.initializers import Initializer
from dlcli.nn.layer import ShapeError


@register("initializer", "edge_filter")
class EdgeFilter(Initializer):
    """Edge filter of 3×3 pixels for every filter, averaged over the channels; `trainable: false` keeps it.

    Args:
        direction: Direction of the edges that the filter detects.
        kind: Weights of the pixels along the edge: prewitt 1 1 1, sobel 1 2 1, scharr 3 10 3.
    """

    def __init__(self, *, direction: EdgeDirection = "vertical", kind: Kind = "sobel") -> None:
        self.direction = direction
        self.kind = kind

    def __call__(
        self, shape: tuple[int, ...], *, fan_in: int, fan_out: int, generator: np.random.Generator, dtype: DTypeLike
    ) -> np.ndarray:
        if len(shape) != 4 or shape[:2] != (3, 3):
            raise ShapeError(f"edge_filter expects weights of 3×3 filters, got {shape}")
        weight: np.ndarray = np.empty(shape, dtype)
        weight[:] = edge_filter(self.direction, self.kind)[:, :, np.newaxis, np.newaxis] / shape[2]
        return weight
