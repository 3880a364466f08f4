"""Random changes of brightness, contrast, saturation and hue."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from annotated_types import Ge, Le

from dlcli.core import ConfigError, Fraction, register
from dlcli.data.augmentation.augmentation import ColorAugmentation, ColorMaps
from dlcli.data.augmentation.training_images import TrainingImages

#: perceived brightness of red, green and blue (ITU-R BT.601)
LUMA = np.array([0.299, 0.587, 0.114])
#: from RGB to luma and two chroma coordinates (FCC NTSC, 1953); the hue is the angle of the latter
YIQ = np.array([LUMA, [0.595716, -0.274453, -0.321263], [0.211456, -0.522591, 0.311135]])


@register("augmentation", "color_jitter")
class ColorJitter(ColorAugmentation):
    """Jitter brightness, contrast, saturation and hue by random amounts, in this order.

    Factors are drawn uniformly from 1 − amount … 1 + amount. Values darker than black or brighter than white are
    clipped.

    Args:
        brightness: Amount of the factor on all pixels.
        contrast: Amount of the factor on the distance from the mean gray of the training images.
        saturation: Amount of the factor on the distance from the pixel's own gray; for color images.
        hue: Largest rotation of the hue in either direction, as a fraction of the color wheel; for color images.
        probability: Probability of changing an image.
    """

    def __init__(
        self,
        *,
        brightness: Fraction = 0.2,
        contrast: Fraction = 0.2,
        saturation: Fraction = 0.0,
        hue: Annotated[float, Ge(0), Le(0.5)] = 0.0,
        probability: Fraction = 1.0,
    ) -> None:
        self.brightness = brightness
        self.contrast = contrast
        self.saturation = saturation
        self.hue = hue
        self.probability = probability
        self._channels = 0
        self._mean_gray = 0.0

    def prepare(self, images: TrainingImages) -> None:
        for name, amount in (("saturation", self.saturation), ("hue", self.hue)):
            if amount and images.channels != 3:
                raise ConfigError(
                    f"requires images with 3 channels, got {images.channels}", code="not_applicable", key=name
                )
        self._channels = images.channels
        if self.contrast:
            low, high = images.range
            gray = LUMA @ images.mean if images.channels == 3 else images.mean.mean()
            self._mean_gray = float((gray - low) / (high - low or 1.0))

    def maps(self, generator: np.random.Generator, count: int) -> ColorMaps:
        changed = generator.random(count) < self.probability
        brightness, contrast, saturation = (
            np.where(changed, 1 + amount * generator.uniform(-1, 1, size=count), 1.0)[:, np.newaxis, np.newaxis]
            for amount in (self.brightness, self.contrast, self.saturation)
        )
        angles = np.where(changed, 2 * np.pi * self.hue * generator.uniform(-1, 1, size=count), 0.0)
        weights = brightness * contrast * np.eye(self._channels)  # (N, C, C)
        offsets = np.repeat((1 - contrast[:, 0]) * self._mean_gray, self._channels, axis=1)  # (N, C)
        maps = ColorMaps(weights, offsets)
        if self.saturation:
            gray = np.tile(LUMA, (3, 1))  # every channel gets the pixel's gray
            maps = maps.then(ColorMaps(saturation * np.eye(3) + (1 - saturation) * gray, np.zeros((count, 3))))
        if self.hue:
            maps = maps.then(ColorMaps(hue_rotations(angles), np.zeros((count, 3))))
        return maps


def hue_rotations(angles: np.ndarray) -> np.ndarray:
    """Return (N, 3, 3) maps of RGB that rotate the hues by (N,) angles and leave gray unchanged."""
    turns = np.tile(np.eye(3), (len(angles), 1, 1))
    turns[:, 1, 1] = turns[:, 2, 2] = np.cos(angles)
    turns[:, 1, 2], turns[:, 2, 1] = -np.sin(angles), np.sin(angles)
    rotations: np.ndarray = np.linalg.inv(YIQ) @ turns @ YIQ
    return rotations
