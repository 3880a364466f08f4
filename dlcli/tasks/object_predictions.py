"""Predictions of a localization."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dlcli.data import Objects, Rows
from dlcli.metrics import Metric
from dlcli.tasks.predictions import Predictions

#: probability above which an object is predicted
PRESENT = 0.5


@dataclass(frozen=True)
class ObjectPredictions(Predictions):
    """Predicted objects of N images.

    Args:
        presence: Probability of an object (N,).
        boxes: Box (N, 4) of the object if there is one: center x and y, height and width, as fractions of the image.
        classes: Index of the class with the highest score (N,).
        scores: Score of this class (N,), from 0 to 1.
    """

    presence: np.ndarray
    boxes: np.ndarray
    classes: np.ndarray
    scores: np.ndarray

    @classmethod
    def forms(cls) -> frozenset[str]:
        return frozenset({"objects"})

    def update(self, metric: Metric, truth: np.ndarray | Rows) -> None:
        metric.update(self.objects(), truth)

    def objects(self) -> Objects:
        """Return the predictions in the form of the truth: an object is there if its probability exceeds 0.5."""
        return Objects(self.presence > PRESENT, self.boxes, self.classes)
