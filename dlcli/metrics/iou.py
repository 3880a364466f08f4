"""Intersection over union of boxes."""

from __future__ import annotations

import numpy as np


def box_iou(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the area of the intersection of each pair of boxes over the area of their union, (N,) float64.

    Two boxes without area have the value 0.

    Args:
        first: Boxes (N, 4): center x and y, height and width.
        second: Boxes (N, 4) to compare with.
    """
    (low, high), (other_low, other_high) = _corners(first), _corners(second)
    overlap = _area(np.maximum(low, other_low), np.minimum(high, other_high))
    union = _area(low, high) + _area(other_low, other_high) - overlap
    iou: np.ndarray = np.divide(overlap, union, out=np.where(np.isnan(union), np.nan, 0.0), where=union > 0)
    return iou


def _corners(boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the upper left and the lower right corner of each box, x and y, each (N, 2)."""
    centers, halves = boxes[:, :2].astype(np.float64), boxes[:, :1:-1].astype(np.float64) / 2
    return centers - halves, centers + halves


def _area(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return the area between corners (N,), 0 if a side is negative."""
    area: np.ndarray = np.maximum(high - low, 0).prod(axis=1)
    return area
