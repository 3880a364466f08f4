"""Patches of a photograph with what an edge filter answers to them."""

# ruff: noqa: ARG002 - every reader is told the places, this one needs none

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Le

from dlcli.core import register
from dlcli.core.edge_filters import EdgeDirection, Kind, edge_filter
from dlcli.data.data_paths import DataPaths, sha256
from dlcli.data.embedded import bundled
from dlcli.data.examples import Examples, RawData, row_numbers
from dlcli.data.images import ImageConversion, decode
from dlcli.data.readers import DatasetReader

#: large enough for one answer, small enough for several patches in the image's 427 rows
PatchSize = Annotated[int, Ge(3), Le(128)]


@register("dataset", "edge_patches")
class EdgePatches(DatasetReader):
    """Gray patches of a photograph from scikit-learn; the targets are an edge filter's answers at every pixel.

    A convolution that learns these answers has found the filter.

    Args:
        image: Photograph, china (a palace) or flower (a dahlia), 640 × 427 pixels.
        size: height and width of a patch; the patches lie side by side. A filter of 3×3 has (size − 2)² answers.
        direction: of the edges that the filter answers to.
        kind: of the filter; how its rows along the edge are weighted: prewitt 1 1 1, sobel 1 2 1, scharr 3 10 3.
    """

    def __init__(
        self,
        *,
        image: Literal["china", "flower"] = "china",
        size: PatchSize = 12,
        direction: EdgeDirection = "vertical",
        kind: Kind = "sobel",
    ) -> None:
        self.image = image
        self.size = size
        self.direction = direction
        self.kind = kind

    def read(self, data_paths: DataPaths) -> RawData:
        path = bundled(f"{self.image}.jpg", folder="images")
        gray = decode(path, ImageConversion(channels=1))[:, :, 0]  # (H, W), 0 to 255
        windows = np.lib.stride_tricks.sliding_window_view(gray, (3, 3))  # (H − 2, W − 2, 3, 3)
        answers = np.einsum("hwij,ij->hw", windows, edge_filter(self.direction, self.kind))
        inputs = side_by_side(gray, self.size, every=self.size)
        targets = side_by_side(answers, self.size - 2, every=self.size)
        return RawData(
            Examples(inputs[:, :, :, np.newaxis], targets.reshape(len(targets), -1), row_numbers(len(inputs))),
            {path.name: sha256(path)},
            f"{len(inputs):,} gray patches of {self.image}.jpg (scikit-learn), {self.size} × {self.size} pixels, with"
            f" the answers of a {self.direction} {self.kind.capitalize()} filter",
            target_kind="values",
        )


def side_by_side(image: np.ndarray, size: int, *, every: int) -> np.ndarray:
    """(N, size, size) the squares of an image that start every so many pixels, row by row."""
    squares = np.lib.stride_tricks.sliding_window_view(image, (size, size))[::every, ::every]
    return np.ascontiguousarray(squares.reshape(-1, size, size))
