"""Loss of landmarks, of which only the visible ones count."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import register
from dlcli.data import Points
from dlcli.losses.loss import Loss, OutputForm


@register("loss", "landmark_squared_error")
class LandmarkSquaredError(Loss):
    """Squared distance `(x̂ − x)² + (ŷ − y)²` of each point; the mean is over the visible points of all images.

    The coordinates of an invisible point are never read, and their gradients are 0.
    """

    needs: ClassVar[OutputForm] = "points"

    def __call__(self, outputs: Tensor, targets: Any, weights: np.ndarray | None = None) -> Tensor:
        visible = targets.visible[:, :, None]  # (N, K, 1)
        points = np.where(visible, targets.points, 0)
        factors = np.broadcast_to(visible if weights is None else visible * weights[:, None, None], points.shape)
        return ops.mean_squared_error(
            outputs, points, factors.reshape(outputs.shape), divisor=self.weight(targets, weights)
        )

    def sample(self, generator: np.random.Generator, count: int) -> tuple[np.ndarray, Points]:
        points = Points(generator.random((count, 2, 2)), np.arange(2 * count).reshape(-1, 2) % 3 > 0)
        return generator.standard_normal((count, 4)), points

    def weight(self, targets: Any, weights: np.ndarray | None = None) -> float:
        visible = targets.visible.sum(axis=1)  # (N,)
        return float(visible.sum() if weights is None else (visible * weights).sum())
