"""The normalization of images, as it is applied after augmentation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dlcli.data.normalization import Scaling


@dataclass(frozen=True)
class PixelScaling:
    """The map `(p − offset) · factor` of each channel.

    Args:
        offset: (C,) float32 offsets.
        factor: (C,) float32 factors.
    """

    offset: np.ndarray
    factor: np.ndarray

    @classmethod
    def identity(cls, channels: int) -> PixelScaling:
        """Return the scaling that leaves pixels unchanged."""
        return cls(np.zeros(channels, np.float32), np.ones(channels, np.float32))

    @classmethod
    def of(cls, scaling: Scaling, channels: int) -> PixelScaling:
        """Convert the scaling of a preprocessor, which has one value for each channel or one for all."""
        return cls(
            np.broadcast_to(scaling.shift, channels).astype(np.float32),
            np.broadcast_to(1 / scaling.scale, channels).astype(np.float32),
        )

    def apply(self, images: np.ndarray) -> None:
        """Scale images (N, H, W, C), in place."""
        count, height, width, _ = images.shape
        lines = images.reshape(count, height, -1)  # (N, H, W · C): operations on long lines are faster than on pixels
        lines -= np.tile(self.offset, width)
        lines *= np.tile(self.factor, width)
