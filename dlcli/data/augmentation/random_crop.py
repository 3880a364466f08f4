"""Random crops of padded images."""

from __future__ import annotations

import numpy as np

from dlcli.core import NonNegativeInt, register
from dlcli.data.augmentation.augmentation import GeometricAugmentation, Size, identity_maps


@register("augmentation", "random_crop")
class RandomCrop(GeometricAugmentation):
    """Pad an image and crop it to its own size at a random position (He et al. 2016, section 4.2).

    Args:
        padding: Number of pixels of padding on each side, filled with the median color of the border pixels of the
            training images.
    """

    copies_pixels = True

    def __init__(self, *, padding: NonNegativeInt = 4) -> None:
        self.padding = padding

    def maps(self, generator: np.random.Generator, count: int, size: Size) -> np.ndarray:  # noqa: ARG002
        maps = identity_maps(count)
        maps[:, :2, 2] = generator.integers(-self.padding, self.padding, size=(count, 2), endpoint=True)
        return maps
