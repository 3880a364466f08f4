"""The normalization of pictures, as it is done to augmented ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dlcli.data.normalization import Scaling


@dataclass(frozen=True)
class PixelScaling:
    """`(p − offset) · factor`, channel by channel.

    Args:
        offset: (C,) float32.
        factor: (C,) float32.
    """

    offset: np.ndarray
    factor: np.ndarray

    @classmethod
    def nothing(cls, channels: int) -> PixelScaling:
        """Pixels stay as they are."""
        return cls(np.zeros(channels, np.float32), np.ones(channels, np.float32))

    @classmethod
    def of(cls, scaling: Scaling, channels: int) -> PixelScaling:
        """That of a preprocessor, which has one number for each channel, or for all of them."""
        return cls(
            np.broadcast_to(scaling.shift, channels).astype(np.float32),
            np.broadcast_to(1 / scaling.scale, channels).astype(np.float32),
        )

    def apply(self, images: np.ndarray) -> None:
        """Scale images (N, H, W, C), in place."""
        count, height, width, _ = images.shape
        lines = images.reshape(count, height, -1)  # (N, H, W · C): long lines are worked on faster than short pixels
        lines -= np.tile(self.offset, width)
        lines *= np.tile(self.factor, width)
