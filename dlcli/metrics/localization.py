"""Metrics of a localization: ratios of sums over images.

Predictions and truth are `Objects`. Box and class of the truth are read only where there is an object.
"""

from __future__ import annotations

import math
import re
from typing import Annotated, Any, ClassVar

import numpy as np
from annotated_types import Gt, Lt

from dlcli.core import Direction, register
from dlcli.data import Objects
from dlcli.metrics.iou import box_iou
from dlcli.metrics.metric import Metric
from dlcli.metrics.unit import Unit

#: threshold of the localization accuracy unless the config sets another one
THRESHOLD = 0.5


class ImageMean(Metric):
    """Base class of the means over images, or over images with an object."""

    needs: ClassVar[str] = "objects"

    def sample(self, guesses: np.ndarray, labels: np.ndarray) -> tuple[Objects, Objects]:
        """Return objects of which a mistake is in the presence, the box and the class; every third image is empty."""
        present, boxes = np.arange(len(labels)) % 3 > 0, np.tile([0.5, 0.5, 0.2, 0.4], (len(labels), 1))
        is_wrong = guesses != labels
        guessed = Objects(present ^ is_wrong, boxes + 0.2 * is_wrong[:, None], guesses)
        return guessed, Objects(present, boxes, labels)

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.total = 0.0
        self.count = 0

    def update(self, predictions: Any, targets: Any) -> None:
        values = self.values(predictions, targets)
        self.total += float(values.sum(dtype=np.float64))
        self.count += len(values)

    def result(self) -> float:
        return self.total / self.count if self.count else math.nan

    def values(self, predictions: Objects, truth: Objects) -> np.ndarray:
        """Return the values to average, one for each image that counts."""
        raise NotImplementedError


@register("metric", "localization_error")
class LocalizationError(ImageMean):
    """Mean of 1 − IoU over all images; a missed object, and one predicted in an empty image, have the error 1."""

    name = "localization_error"
    direction = Direction.MINIMIZE

    def values(self, predictions: Objects, truth: Objects) -> np.ndarray:
        return localization_errors(predictions, truth)


@register("metric", "mean_iou")
class MeanIou(ImageMean):
    """Mean intersection over union of predicted and true box, over the images with an object."""

    name = "mean_iou"

    def values(self, predictions: Objects, truth: Objects) -> np.ndarray:
        present = truth.present
        return box_iou(predictions.boxes[present], truth.boxes[present])


@register("metric", "localization_accuracy")
class LocalizationAccuracy(ImageMean):
    """Share of the images with an object whose class is right and whose box has at least an IoU of the threshold.

    Args:
        threshold: Least IoU of a right box; another one than 0.5 is part of the metric's name, in percent.
    """

    unit = Unit.SHARE

    def __init__(self, *, threshold: Annotated[float, Gt(0), Lt(1)] = THRESHOLD) -> None:
        super().__init__()
        self.threshold = threshold
        percent = f"{100 * threshold:g}".replace(".", "_")
        self.name = "localization_accuracy" if threshold == THRESHOLD else f"localization_accuracy_{percent}"

    @classmethod
    def is_name(cls, name: str) -> bool:
        return re.fullmatch(r"localization_accuracy(_[0-9]+)*", name) is not None

    def values(self, predictions: Objects, truth: Objects) -> np.ndarray:
        present = truth.present
        is_right: np.ndarray = predictions.classes[present] == truth.classes[present]
        is_right &= box_iou(predictions.boxes[present], truth.boxes[present]) >= self.threshold
        return is_right


@register("metric", "presence_error")
class PresenceError(ImageMean):
    """Share of the images in which an object is overlooked, or predicted although there is none."""

    name = "presence_error"
    unit = Unit.SHARE
    direction = Direction.MINIMIZE

    def values(self, predictions: Objects, truth: Objects) -> np.ndarray:
        is_wrong: np.ndarray = predictions.present != truth.present
        return is_wrong


@register("metric", "class_error")
class ClassError(ImageMean):
    """Share of the images with an object whose class is predicted incorrectly."""

    name = "class_error"
    unit = Unit.SHARE
    direction = Direction.MINIMIZE

    def values(self, predictions: Objects, truth: Objects) -> np.ndarray:
        present = truth.present
        is_wrong: np.ndarray = predictions.classes[present] != truth.classes[present]
        return is_wrong


def localization_errors(predictions: Objects, truth: Objects) -> np.ndarray:
    """Return the error of each image (N,) float64: 1 − IoU of an object that is found, else 1 or 0 by its presence."""
    errors: np.ndarray = (predictions.present != truth.present).astype(np.float64)
    both = np.flatnonzero(predictions.present & truth.present)
    errors[both] = 1 - box_iou(predictions.boxes[both], truth.boxes[both])
    return errors
