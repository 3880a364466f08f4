"""Losses for regression."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.autograd import Tensor
from dlcli.losses import Huber, Loss, MeanAbsoluteError, MeanSquaredError

OUTPUTS = Tensor(np.array([[0.0], [3.0], [1.0]]))
TARGETS = np.array([0.5, 1.0, 1.0])


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        (MeanSquaredError(), (0.25 + 4) / 3),
        (MeanAbsoluteError(), (0.5 + 2) / 3),
        (Huber(), (0.125 + 1.5) / 3),  # 0.5²/2 and 1·(2 − ½)
        (Huber(delta=0.25), (0.25 * 0.375 + 0.25 * 1.875) / 3),
    ],
)
def test_worked_by_hand(loss: Loss, expected: float) -> None:
    assert loss(OUTPUTS, TARGETS).item() == pytest.approx(expected)


@pytest.mark.parametrize("loss", [MeanSquaredError(), MeanAbsoluteError(), Huber()])
def test_an_example_without_weight_does_not_count(loss: Loss) -> None:
    assert loss(OUTPUTS, TARGETS, np.array([1.0, 0.0, 0.0])).item() == pytest.approx(
        loss(OUTPUTS[:1], TARGETS[:1]).item()
    )
