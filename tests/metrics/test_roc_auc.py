from __future__ import annotations

import math

import numpy as np
import pytest

from dlcli.metrics import ROCAUC


def binary(*scores: float) -> np.ndarray:
    return np.array([[1 - score, score] for score in scores])


def test_ties_count_half() -> None:
    """Pairs (positive, negative): 0.8 beats 0.3 and ties 0.8; 0.3 ties 0.3 and loses to 0.8: 2 of 4."""
    metric = ROCAUC()
    metric.update(binary(0.8, 0.3, 0.8, 0.3), np.array([1, 1, 0, 0]))
    assert metric.result() == pytest.approx(0.5)


def test_chosen_class_against_the_others() -> None:
    metric = ROCAUC(positive_class=0)
    metric.update(binary(0.1, 0.9), np.array([0, 1]))
    assert metric.result() == 1


@pytest.mark.parametrize("targets", [[1, 1], [0, 0]])
def test_nan_for_a_single_class(targets: list[int]) -> None:
    metric = ROCAUC()
    metric.update(binary(0.1, 0.9), np.array(targets))
    assert math.isnan(metric.result())


def test_nan_scores_have_no_order() -> None:
    metric = ROCAUC()
    metric.update(binary(math.nan, 0.9), np.array([0, 1]))
    assert math.isnan(metric.result())
