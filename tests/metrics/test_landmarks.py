"""Metrics of landmarks, worked by hand; invisible points are never read."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.data import Points
from dlcli.metrics import LandmarkAccuracy, MeanDistance, Metric, unit_of, visible_distances
from dlcli.metrics.unit import Unit

#: distances 0.05 (3, 4, 5), 0 and 0.5; the last point is invisible
TRUTH = Points(np.array([[[0.5, 0.5], [0.1, 0.1]], [[0.2, 0.2], [0.9, 0.9]]]), np.array([[True, True], [True, False]]))
PREDICTIONS = np.array([[[0.53, 0.54], [0.1, 0.1]], [[0.2, 0.7], [0.0, 0.0]]])


def value(metric: Metric, truth: Points = TRUTH) -> float:
    metric.reset()
    for row in range(2):
        metric.update(PREDICTIONS[row : row + 1], truth[row : row + 1])
    return metric.result()


def test_worked_by_hand() -> None:
    np.testing.assert_allclose(visible_distances(PREDICTIONS, TRUTH), [0.05, 0, 0.5], atol=1e-12)
    assert value(MeanDistance()) == pytest.approx(0.55 / 3)
    assert value(LandmarkAccuracy(threshold=0.06)) == pytest.approx(2 / 3)
    assert value(LandmarkAccuracy(threshold=0.04)) == pytest.approx(1 / 3)


@pytest.mark.parametrize("metric", [MeanDistance(), LandmarkAccuracy()], ids=lambda metric: metric.name)
def test_garbage_in_invisible_points_changes_no_bit(metric: Metric) -> None:
    dirty = Points(TRUTH.points.copy(), TRUTH.visible)
    dirty.points[1, 1] = np.nan
    assert value(metric, dirty) == value(metric)


def test_the_threshold_is_part_of_the_name() -> None:
    assert LandmarkAccuracy().name == "landmark_accuracy"
    assert LandmarkAccuracy(threshold=0.125).name == "landmark_accuracy_12_5"
    assert unit_of("landmark_accuracy_12_5") is Unit.SHARE
