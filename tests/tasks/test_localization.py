"""Localization: what outputs mean, rows for files and people, and the diagnosed error."""

from __future__ import annotations

import json

import numpy as np
import pytest

from dlcli.autograd import Tensor
from dlcli.core import ConfigError
from dlcli.data import ClassLabels, ObjectBoxes, Objects
from dlcli.losses import LocalizationCrossEntropy, MeanSquaredError
from dlcli.metrics import MeanIou
from dlcli.tasks import Localization, LocalizationError, error_measure

TASK = Localization(ObjectBoxes(ClassLabels(("cat", "dog"))))
#: an object with IoU 0.5 and the right class, an object that is missed, an empty image in which one is predicted
OUTPUTS = np.array(
    [[0.9, 0.25, 0.5, 1.0, 0.5, 1.3, 1.5], [0.2, 0.5, 0.5, 0.5, 0.5, 0.8, 0.1], [1.4, 0.5, 0.5, -0.1, 0.5, 0.3, 0.2]]
)
TRUTH = Objects(
    np.array([True, True, False]),
    np.array([[0.5, 0.5, 1.0, 1.0], [0.5, 0.5, 0.5, 0.5], [0.0] * 4]),
    np.array([1, 0, 0]),
)


def test_the_outputs_are_presence_box_and_classes() -> None:
    assert TASK.output_units == 1 + 4 + 2
    predictions = TASK.predictions(OUTPUTS)
    assert predictions.presence.tolist() == [0.9, 0.2, 1.0]
    assert predictions.boxes[2].tolist() == [0.5, 0.5, 0, 0.5]  # a box has no negative height
    assert predictions.classes.tolist() == [1, 0, 0]  # by the outputs, although both scores of the first one are 1
    assert predictions.scores.tolist() == [1, 0.8, 0.3]
    assert predictions.objects().present.tolist() == [True, False, True]


def test_with_cross_entropy_the_outputs_are_logits() -> None:
    task = Localization(ObjectBoxes(ClassLabels(("cat", "dog"))), loss=LocalizationCrossEntropy())
    predictions = task.predictions(OUTPUTS)
    np.testing.assert_allclose(predictions.presence, 1 / (1 + np.exp(-OUTPUTS[:, 0])))
    np.testing.assert_allclose(predictions.scores, 1 / (1 + np.exp(-np.abs(OUTPUTS[:, 5] - OUTPUTS[:, 6]))))


def test_rows_for_files_and_people() -> None:
    rows = [*TASK.prediction_rows(TASK.predictions(OUTPUTS))]
    assert rows[0] == {
        "presence": 0.9, "class": "dog", "score": 1.0, "x": 0.25, "y": 0.5, "height": 1.0, "width": 0.5
    }  # fmt: skip
    targets = [*TASK.target_rows(TRUTH)]
    assert targets[1] == {"class": "cat", "x": 0.5, "y": 0.5, "height": 0.5, "width": 0.5}
    assert targets[2] is None
    named = TASK.named(TASK.predictions(OUTPUTS), None)
    assert [row and row["class"] for row in named] == ["dog", None, "cat"]


def test_the_error_of_a_file_is_that_of_the_predictions() -> None:
    measure = TASK.error_measure("mean_iou")
    assert measure == error_measure("localization_error")
    errors = measure.errors(TASK.predictions(OUTPUTS), TRUTH)
    assert errors.sums.tolist() == [0.5, 1, 1]
    rows = zip(TASK.prediction_rows(TASK.predictions(OUTPUTS)), TASK.target_rows(TRUTH), strict=True)
    records = [json.loads(json.dumps(row | {"target": target})) for row, target in rows]
    assert measure.errors_of_records(records).sums.tolist() == [0.5, 1, 1]


def test_the_baseline_is_the_mean_box_or_no_object() -> None:
    name, errors = LocalizationError().baseline(TRUTH, TRUTH, ())
    assert "mean box" in name
    assert errors.sums == pytest.approx([1 - 0.75**2, 1 - (0.5 / 0.75) ** 2, 1])  # the mean of sides 1 and 0.5 is 0.75
    name, errors = LocalizationError().baseline(TRUTH[1:].take(np.array([0, 1, 1])), TRUTH, ())
    assert "no object" in name
    assert errors.sums.tolist() == [1, 1, 0]


def test_garbage_in_empty_images_changes_no_bit_of_sums_and_errors() -> None:
    dirty = Objects(TRUTH.present, TRUTH.boxes.copy(), TRUTH.classes.copy())
    dirty.boxes[2], dirty.classes[2] = np.nan, 99
    for targets in (TRUTH, dirty):
        np.testing.assert_array_equal(
            TASK.loss_totals(Tensor(OUTPUTS), targets), TASK.loss_totals(Tensor(OUTPUTS), TRUTH)
        )
        predictions, truth = TASK.pair_predictions(OUTPUTS, targets)
        assert LocalizationError().errors(predictions, truth).sums.tolist() == [0.5, 1, 1]
        metric = MeanIou()
        predictions.update(metric, truth)
        assert metric.result() == pytest.approx(0.75)


def test_the_loss_of_a_split_does_not_depend_on_the_batches() -> None:
    whole = TASK.mean_loss(TASK.loss_totals(Tensor(OUTPUTS), TRUTH))
    parts = sum(TASK.loss_totals(Tensor(OUTPUTS[row : row + 1]), TRUTH[row : row + 1]) for row in range(3))
    assert TASK.mean_loss(np.asarray(parts)) == pytest.approx(whole)
    assert TASK.loss(Tensor(OUTPUTS), TRUTH).item() == pytest.approx(whole)  # type: ignore[arg-type]


def test_a_loss_of_values_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        Localization(ObjectBoxes(ClassLabels(("cat", "dog"))), loss=MeanSquaredError())
    assert caught.value.key == "loss"
