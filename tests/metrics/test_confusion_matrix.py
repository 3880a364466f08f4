from __future__ import annotations

import numpy as np
import pytest

from dlcli.metrics import ConfusionMatrix


def test_rows_are_targets_and_columns_predictions() -> None:
    matrix = ConfusionMatrix(2)
    matrix.update(np.array([1, 1, 0]), np.array([0, 1, 0]))
    assert matrix.counts.tolist() == [[1, 1], [0, 1]]


def test_grows_with_new_classes() -> None:
    matrix = ConfusionMatrix()
    matrix.update(np.array([0]), np.array([0]))
    matrix.update(np.array([2]), np.array([1]))
    matrix.update(np.array([], np.int64), np.array([], np.int64))
    assert matrix.counts.tolist() == [[1, 0, 0], [0, 0, 1], [0, 0, 0]]


@pytest.mark.parametrize(("prediction", "target"), [(0, -1), (-1, 0)])
def test_a_negative_index_is_refused(prediction: int, target: int) -> None:
    with pytest.raises(IndexError):
        ConfusionMatrix(3).update(np.array([0, prediction]), np.array([1, target]))
