import math
from typing import Any

import numpy as np
import pytest

from dlcli.diagnosis import Curve, LossTrend, curve

EPOCHS = np.arange(20)


def curve_of(values: Any) -> Curve:
    return Curve("train/loss", tuple(range(1, len(values) + 1)), tuple(float(value) for value in values))


@pytest.mark.parametrize(
    ("values", "trend"),
    [
        (2.3 * np.exp(-EPOCHS / 15), LossTrend.FALLING),
        (2.3 * np.exp(-EPOCHS / 2) + 0.5, LossTrend.FLAT),
        (np.full(20, 2.302), LossTrend.STUCK),
        (2.302 - 0.0005 * EPOCHS, LossTrend.STUCK),
        (1 + EPOCHS**2, LossTrend.DIVERGING),
        ([1.0, 0.5, math.nan, math.nan], LossTrend.DIVERGING),
        (1 + 0.4 * (-1.0) ** EPOCHS, LossTrend.OSCILLATING),
        (2.3 * np.exp(-EPOCHS / 2) + 0.5 + 0.01 * (-1.0) ** EPOCHS, LossTrend.FLAT),
        ([2.0, 1.0, 0.5], LossTrend.UNKNOWN),
        ([], LossTrend.UNKNOWN),
    ],
)
def test_trend(values: Any, trend: LossTrend) -> None:
    assert curve_of(values).trend is trend


def test_the_drop_at_the_end_is_relative() -> None:
    line = curve_of(np.linspace(10, 6, 21))  # 0.2 per epoch; the last 5 epochs begin at 7
    assert line.relative_drop_at_end == pytest.approx(1 / 7, rel=1e-6)


def test_records_of_steps_are_ignored_and_null_is_nan() -> None:
    history = [
        {"kind": "step", "epoch": 1, "train/loss": 9.0},
        {"kind": "epoch", "epoch": 1, "train/loss": 2.0},
        {"kind": "epoch", "epoch": 2, "train/loss": None},
        {"kind": "epoch", "epoch": 3, "dev/loss": 1.0},
    ]
    line = curve(history, "train/loss")
    assert line.epochs == (1, 2)
    assert line.values[0] == 2.0 and math.isnan(line.values[1])
