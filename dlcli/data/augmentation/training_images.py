"""Statistics of the training images for augmentations: range of values, mean color, covariance, border color."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from dlcli.data.examples import row_chunks

#: maximum number of images for the border color; more hardly change a median
MAX_BORDER_IMAGES = 2000


class TrainingImages:
    """The raw images of the training set.

    Args:
        source: (N, H, W, C) images, possibly memory-mapped.
        rows: (n,) row numbers of the training set.
    """

    def __init__(self, source: np.ndarray, rows: np.ndarray) -> None:
        self.source = source
        self.rows = rows

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        _, height, width, _ = self.source.shape
        return height, width

    @property
    def channels(self) -> int:
        return int(self.source.shape[3])

    @cached_property
    def range(self) -> tuple[float, float]:
        """Values of black and white: 0 and 255 for bytes, else the minimum and maximum of the training set."""
        if self.source.dtype == np.uint8:
            return 0.0, 255.0
        lows, highs = zip(*((chunk.min(), chunk.max()) for chunk in self._chunks()), strict=True)
        return float(min(lows)), float(max(highs))

    @property
    def mean(self) -> np.ndarray:
        """(C,) float64 mean of all pixels."""
        return self._moments[0]

    @property
    def covariance(self) -> np.ndarray:
        """(C, C) float64 covariance of the channels over all pixels."""
        return self._moments[1]

    @cached_property
    def border(self) -> np.ndarray:
        """(C,) float32 median color of the border pixels, with which augmentation fills the area outside an image."""
        step = -(-len(self.rows) // MAX_BORDER_IMAGES)
        images = self.source[self.rows[::step]]
        edges = (images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1])  # each (n, H or W, C)
        pixels = np.concatenate([edge.reshape(-1, self.channels) for edge in edges])
        median: np.ndarray = np.median(pixels, axis=0).astype(np.float32)
        return median

    @cached_property
    def _moments(self) -> tuple[np.ndarray, np.ndarray]:
        count, total, products = 0, np.zeros(self.channels), np.zeros((self.channels, self.channels))
        low, _ = self.range  # shifting the values avoids cancellation in the covariance
        for chunk in self._chunks():
            pixels = chunk.reshape(-1, self.channels).astype(np.float64) - low
            count += len(pixels)
            total += pixels.sum(axis=0)
            products += pixels.T @ pixels
        mean = total / count
        return mean + low, products / count - np.outer(mean, mean)

    def _chunks(self) -> Iterator[np.ndarray]:
        for _, chunk in row_chunks(self.source, self.rows):
            assert isinstance(chunk, np.ndarray)
            yield chunk
