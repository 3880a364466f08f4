"""Metrics of landmarks: ratios of sums over the visible points of all images.

Predictions are coordinates (N, K, 2), and the truth is `Points`; invisible points are never read.
"""

from __future__ import annotations

import math
import re
from typing import Annotated, Any, ClassVar

import numpy as np
from annotated_types import Gt, Lt

from dlcli.core import Direction, register
from dlcli.data import Points
from dlcli.metrics.metric import Metric
from dlcli.metrics.unit import Unit

#: threshold of the landmark accuracy unless the config sets another one
THRESHOLD = 0.05


class PointMean(Metric):
    """Base class of the means over visible points."""

    needs: ClassVar[str] = "points"

    def sample(self, guesses: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, Points]:
        """Return two points of each image, the second of which is invisible in every third image."""
        points, visible = np.full((len(labels), 2, 2), 0.5), np.ones((len(labels), 2), bool)
        visible[::3, 1] = False
        return points + 0.1 * (guesses != labels)[:, None, None], Points(points, visible)

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.total = 0.0
        self.count = 0

    def update(self, predictions: np.ndarray, targets: Any) -> None:
        distances = visible_distances(predictions, targets)
        self.total += float(self.values(distances).sum(dtype=np.float64))
        self.count += len(distances)

    def result(self) -> float:
        return self.total / self.count if self.count else math.nan

    def values(self, distances: np.ndarray) -> np.ndarray:
        """Return the values to average from the distances (M,)."""
        raise NotImplementedError


@register("metric", "mean_distance")
class MeanDistance(PointMean):
    """Mean distance between predicted and true points, as a fraction of the image's sides."""

    name = "mean_distance"
    direction = Direction.MINIMIZE

    def values(self, distances: np.ndarray) -> np.ndarray:
        return distances


@register("metric", "landmark_accuracy")
class LandmarkAccuracy(PointMean):
    """Share of the visible points that are predicted at most a threshold away.

    Args:
        threshold: Largest distance of a right point, as a fraction of the image's sides; another one than 0.05 is part
            of the metric's name, in percent.
    """

    unit = Unit.SHARE

    def __init__(self, *, threshold: Annotated[float, Gt(0), Lt(1)] = THRESHOLD) -> None:
        super().__init__()
        self.threshold = threshold
        percent = f"{100 * threshold:g}".replace(".", "_")
        self.name = "landmark_accuracy" if threshold == THRESHOLD else f"landmark_accuracy_{percent}"

    @classmethod
    def is_name(cls, name: str) -> bool:
        return re.fullmatch(r"landmark_accuracy(_[0-9]+)*", name) is not None

    def values(self, distances: np.ndarray) -> np.ndarray:
        is_right: np.ndarray = distances <= self.threshold
        return is_right


def visible_distances(predictions: np.ndarray, truth: Points) -> np.ndarray:
    """Return the distance of each visible point from its prediction, (M,) float64, image after image."""
    differences = predictions[truth.visible].astype(np.float64) - truth.points[truth.visible]  # (M, 2)
    distances: np.ndarray = np.hypot(differences[:, 0], differences[:, 1])
    return distances
