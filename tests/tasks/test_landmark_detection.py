"""Landmark detection: rows for files, and the diagnosed error over visible points."""

from __future__ import annotations

import json

import numpy as np
import pytest

from dlcli.autograd import Tensor
from dlcli.data import Landmarks, Points
from dlcli.tasks import LandmarkDetection, MeanDistance, error_measure

TASK = LandmarkDetection(Landmarks(("eye", "nose")))
#: distances 0.5 (3, 4, 5) and 0.1 in the first image, 0 in the second one, whose nose is invisible
OUTPUTS = np.array([[0.3, 0.4, 0.5, 0.6], [0.2, 0.2, 0.9, 0.9]])
TRUTH = Points(np.array([[[0.0, 0.0], [0.5, 0.5]], [[0.2, 0.2], [0.0, 0.0]]]), np.array([[True, True], [True, False]]))


def test_rows_of_predictions_and_targets() -> None:
    assert TASK.output_units == 4
    predictions, truth = TASK.pair_predictions(OUTPUTS, TRUTH)  # type: ignore[arg-type]
    assert next(TASK.prediction_rows(predictions)) == {"eye_x": 0.3, "eye_y": 0.4, "nose_x": 0.5, "nose_y": 0.6}
    assert [*TASK.target_rows(truth)][1] == {"eye_x": 0.2, "eye_y": 0.2, "nose_x": None, "nose_y": None}
    assert TASK.named(predictions, None).shape == (2, 2, 2)


def test_the_error_weights_every_visible_point_equally() -> None:
    measure = TASK.error_measure("landmark_accuracy")
    assert measure == error_measure("mean_distance")
    predictions = TASK.predictions(OUTPUTS)
    rows = zip(TASK.prediction_rows(predictions), TASK.target_rows(TRUTH), strict=True)
    records = [json.loads(json.dumps(row | {"target": target})) for row, target in rows]
    for errors in (measure.errors(predictions, TRUTH), measure.errors_of_records(records)):
        assert errors.sizes is not None
        assert errors.sums == pytest.approx([0.6, 0])
        assert errors.sizes.tolist() == [2, 1]


def test_the_baseline_is_the_mean_of_the_visible_points() -> None:
    name, errors = MeanDistance().baseline(TRUTH, TRUTH, ())
    assert "mean points" in name
    assert errors.sums == pytest.approx([np.hypot(0.1, 0.1), np.hypot(0.1, 0.1)])


def test_garbage_in_invisible_points_changes_no_bit() -> None:
    dirty = Points(TRUTH.points.copy(), TRUTH.visible)
    dirty.points[1, 1] = np.nan
    outputs = Tensor(OUTPUTS)
    assert TASK.loss_totals(outputs, dirty).tobytes() == TASK.loss_totals(outputs, TRUTH).tobytes()  # type: ignore[arg-type]
    errors = [MeanDistance().errors(TASK.predictions(OUTPUTS), truth).sums.tobytes() for truth in (TRUTH, dirty)]
    assert errors[0] == errors[1]
