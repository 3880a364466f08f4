"""Lighting noise along the principal components of the training images' colors."""

from __future__ import annotations

import numpy as np

from dlcli.core import ConfigError, NonNegativeFloat, register
from dlcli.data.augmentation.augmentation import ColorAugmentation, ColorMaps
from dlcli.data.augmentation.training_images import TrainingImages


@register("augmentation", "pca_lighting")
class PcaLighting(ColorAugmentation):
    """Add `Σ_k α_k λ_k v_k` to every pixel of an image, α_k ~ N(0, sigma²) (Krizhevsky et al. 2012, section 4.1).

    λ and v are the eigenvalues and eigenvectors of the covariance of the training images' channels, scaled to 0 … 1.

    Args:
        sigma: Standard deviation of α.
    """

    def __init__(self, *, sigma: NonNegativeFloat = 0.1) -> None:
        self.sigma = sigma
        self._directions = np.eye(3)  # (C, K): each column is an eigenvector times its eigenvalue

    def prepare(self, images: TrainingImages) -> None:
        if images.channels != 3:
            raise ConfigError(f"requires images with 3 channels, got {images.channels}", code="not_applicable")
        low, high = images.range
        eigenvalues, vectors = np.linalg.eigh(images.covariance / (high - low or 1.0) ** 2)
        # The sign of an eigenvector is arbitrary: making its largest element positive gives equal results everywhere.
        signs = np.sign(np.take_along_axis(vectors, np.abs(vectors).argmax(axis=0, keepdims=True), axis=0))
        self._directions = vectors * signs * eigenvalues

    def maps(self, generator: np.random.Generator, count: int) -> ColorMaps:
        amounts = generator.normal(0.0, self.sigma, size=(count, 3))
        return ColorMaps(ColorMaps.identity(count, 3).weights, amounts @ self._directions.T)
