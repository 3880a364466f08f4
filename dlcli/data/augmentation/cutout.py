"""Random squares of an image erased, so that no single detail is decisive."""

from __future__ import annotations

import numpy as np

from dlcli.core import ConfigError, Fraction, PositiveInt, register
from dlcli.data.augmentation.augmentation import ErasingAugmentation
from dlcli.data.augmentation.training_images import TrainingImages


@register("augmentation", "cutout")
class Cutout(ErasingAugmentation):
    """Fill a random square with the training images' mean color (DeVries & Taylor 2017, arXiv:1708.04552).

    The center of the square is drawn from all pixels, so that the square may lie partly outside of the image.

    Args:
        size: Side of the square in pixels.
        probability: Probability of erasing a square of an image.
    """

    def __init__(self, *, size: PositiveInt = 8, probability: Fraction = 1.0) -> None:
        self.size = size
        self.probability = probability
        self._color = np.zeros(1, np.float32)

    def prepare(self, images: TrainingImages) -> None:
        height, width = images.size
        if self.size > min(height, width):
            raise ConfigError(
                f"expected at most the size of the images, {height} × {width}, got {self.size}",
                code="out_of_range",
                key="size",
            )
        self._color = images.mean.astype(np.float32)

    def erase(self, generator: np.random.Generator, images: np.ndarray) -> None:
        count, height, width, _ = images.shape
        centers = generator.integers(0, (height, width), size=(count, 2))
        starts = centers - self.size // 2
        selected = np.less(generator.random(count), self.probability)
        for image, (top, left), is_selected in zip(images, starts.tolist(), selected.tolist(), strict=True):
            if is_selected:
                image[max(top, 0) : top + self.size, max(left, 0) : left + self.size] = self._color
