"""Scenes: handwritten digits at random places and of random sizes on an empty canvas."""

# ruff: noqa: ARG002 - readers take the data paths; this one does not need them

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import numpy as np
from annotated_types import Ge, Le

from dlcli.core import ConfigError, NonNegativeFloat, NonNegativeInt, PositiveInt, Rate, check_array, register, rng
from dlcli.data.data_paths import DataPaths, sha256
from dlcli.data.embedded import Digits, bundled_file
from dlcli.data.examples import Examples, row_numbers
from dlcli.data.raw_data import RawData
from dlcli.data.readers import DatasetReader
from dlcli.data.table import Column, NumericColumn
from dlcli.data.targets import ObjectBoxes

#: height and width of a canvas in pixels: a digit of 8 pixels fits into the smallest
CanvasSize = Annotated[int, Ge(16), Le(256)]

#: height of a digit as a fraction of the canvas, smallest and largest
HEIGHTS = (0.4, 0.8)

#: width of a digit relative to what its height gives, smallest and largest
STRETCHES = (0.8, 1.25)

#: least brightness of a pixel of a digit, of 16, that belongs to its box
INK = 2


@register("dataset", "scenes")
class Scenes(DatasetReader):
    """Gray images, each with a handwritten digit at a random place and of a random size, or with none.

    The targets are the box of the digit and the digit. The digits are those of `digits` (UCI, from scikit-learn), which
    are drawn with replacement; the column `source` has the number of the digit in `digits`, so that
    `split.group_by: source` keeps all images of a digit in one split.

    Args:
        images: Number of images.
        size: Height and width of an image in pixels.
        empty: Share of the images that are empty.
        noise: Standard deviation of the noise on each pixel, whose range is 0 to 255.
        seed: Seed of the images, independent of the experiment's seed.
    """

    def __init__(
        self,
        *,
        images: PositiveInt = 4000,
        size: CanvasSize = 32,
        empty: Rate = 0.2,
        noise: NonNegativeFloat = 10.0,
        seed: NonNegativeInt = 0,
    ) -> None:
        self.count = images
        self.size = size
        self.empty = empty
        self.noise = noise
        self.seed = seed

    def read(self, data_paths: DataPaths) -> RawData:
        self._check_memory()
        path = bundled_file(Digits.file)
        digits, labels = Digits().parse(path)
        generator = rng.generator(self.seed, "scenes")
        sources = generator.integers(len(digits), size=self.count)
        is_empty = generator.permutation(self.count) < round(self.empty * self.count)
        canvases = np.zeros((self.count, self.size, self.size, 1), np.float32)
        boxes = np.full((self.count, 4), np.nan)
        for row in np.flatnonzero(~is_empty).tolist():
            boxes[row] = place(canvases[row, :, :, 0], with_ink(digits[sources[row], :, :, 0]), generator)
        fields = _fields(boxes, np.where(is_empty, np.nan, labels[sources]), np.where(is_empty, np.nan, sources))
        canvases += self.noise * generator.standard_normal(canvases.shape, np.float32)
        examples = Examples(
            np.clip(np.rint(canvases), 0, 255).astype(np.uint8),
            None,
            row_numbers(self.count),
            target_names=("digit", "x", "y", "height", "width"),
            fields=fields,
        )
        kind = f"images of {self.size}×{self.size} pixels"
        description = f"Scenes: {self.count:,} {kind}, {is_empty.sum():,} of them empty"
        return RawData(
            examples, {path.name: sha256(path)}, description, class_names=Digits.class_names, targets=ObjectBoxes
        )

    def _check_memory(self) -> None:
        try:
            check_array((self.count, self.size, self.size), itemsize=4, copies=3)
        except MemoryError as error:
            raise ConfigError(str(error), code="too_large", key="images") from None


def place(canvas: np.ndarray, digit: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Draw a digit onto a canvas, in place, at a random place and of a random size.

    Args:
        canvas: Gray image (S, S).
        digit: Gray image (h, w) of the digit without margins, from 0 to 16.
        generator: Random generator.

    Returns:
        Box of the digit (4,): center x and y, height and width, as fractions of the canvas.
    """
    size = len(canvas)
    height = round(generator.uniform(*HEIGHTS) * size)
    exact = height * digit.shape[1] / digit.shape[0] * generator.uniform(*STRETCHES)
    width = min(max(round(exact), 2), size)
    top, left = generator.integers(size - height + 1), generator.integers(size - width + 1)
    canvas[top : top + height, left : left + width] = resized(digit, height, width) * (255 / 16)
    box: np.ndarray = np.array([left + width / 2, top + height / 2, height, width]) / size
    return box


def with_ink(digit: np.ndarray) -> np.ndarray:
    """Return the smallest part (h, w) of an image that has all of its pixels with ink."""
    rows, columns = np.nonzero(digit >= INK)
    part: np.ndarray = digit[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    return part


def resized(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return an image (h, w) in another size by bilinear interpolation between the centers of its pixels."""
    resized: np.ndarray = _weights(height, image.shape[0]) @ image @ _weights(width, image.shape[1]).T
    return resized


def _weights(size: int, old_size: int) -> np.ndarray:
    """Return the weight (size, old_size) of each old pixel in each new one along an axis."""
    centers = np.clip((np.arange(size) + 0.5) * old_size / size - 0.5, 0, old_size - 1)
    weights: np.ndarray = np.maximum(0, 1 - np.abs(centers[:, None] - np.arange(old_size)))
    return weights


def _fields(boxes: np.ndarray, digits: np.ndarray, sources: np.ndarray) -> Mapping[str, Column]:
    """Return the columns of the targets and of the sources; an empty image has a source of its own, −1 − row."""
    own = -1.0 - np.arange(len(sources))
    columns = dict(zip(("x", "y", "height", "width"), boxes.T, strict=True))
    columns |= {"digit": digits, "source": np.where(np.isnan(sources), own, sources)}
    return {name: NumericColumn(numbers) for name, numbers in columns.items()}
