"""Patches of a photograph with the responses of an edge filter."""

# ruff: noqa: ARG002 - readers take the data paths; this one does not need them

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Le

from dlcli.core import register
from dlcli.core.edge_filters import EdgeDirection, Kind, edge_filter
from dlcli.data.data_paths import DataPaths, sha256
from dlcli.data.embedded import bundled_file
from dlcli.data.examples import Examples, row_numbers
from dlcli.data.images import ImageConversion, decode
from dlcli.data.raw_data import RawData
from dlcli.data.readers import DatasetReader
from dlcli.data.targets import Values

#: large enough for one filter response, small enough for several patches in the image's 427 rows
PatchSize = Annotated[int, Ge(3), Le(128)]


@register("dataset", "edge_patches")
class EdgePatches(DatasetReader):
    """Gray patches of a photograph from scikit-learn; the targets are an edge filter's responses at every pixel.

    A convolution that learns these responses recovers the filter.

    Args:
        image: Photograph, china (a palace) or flower (a dahlia), 640 × 427 pixels.
        size: Height and width of a patch; patches do not overlap. A 3×3 filter has (size − 2)² responses.
        direction: Direction of the edges that the filter responds to.
        kind: Kind of filter, by its weights along the edge: prewitt 1 1 1, sobel 1 2 1, scharr 3 10 3.
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
        path = bundled_file(f"{self.image}.jpg", folder="images")
        gray = decode(path, ImageConversion(channels=1))[:, :, 0]  # (H, W), 0 to 255
        windows = np.lib.stride_tricks.sliding_window_view(gray, (3, 3))  # (H − 2, W − 2, 3, 3)
        responses = np.einsum("hwij,ij->hw", windows, edge_filter(self.direction, self.kind))
        inputs = square_patches(gray, self.size, stride=self.size)
        targets = square_patches(responses, self.size - 2, stride=self.size)
        return RawData(
            Examples(inputs[:, :, :, np.newaxis], targets.reshape(len(targets), -1), row_numbers(len(inputs))),
            {path.name: sha256(path)},
            f"{len(inputs):,} gray patches of {self.image}.jpg (scikit-learn), {self.size} × {self.size} pixels, with"
            f" the responses of a {self.direction} {self.kind.capitalize()} filter",
            targets=Values,
        )


def square_patches(image: np.ndarray, size: int, *, stride: int) -> np.ndarray:
    """Cut an image into squares, row by row, (N, size, size)."""
    squares = np.lib.stride_tricks.sliding_window_view(image, (size, size))[::stride, ::stride]
    return np.ascontiguousarray(squares.reshape(-1, size, size))
