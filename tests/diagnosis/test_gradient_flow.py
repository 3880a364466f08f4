"""Trends of gradients through time."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dlcli.diagnosis import GradientFlow, GradientTrend


@pytest.mark.parametrize(
    ("factor", "trend"),
    [
        (0.5, GradientTrend.VANISHES),
        (0.95, GradientTrend.COMES_THROUGH),
        (1.02, GradientTrend.COMES_THROUGH),
        (2, GradientTrend.EXPLODES),
    ],
)
def test_the_factor_per_step_determines_the_trend(factor: float, trend: GradientTrend) -> None:
    flow = GradientFlow(tuple(3.0 * factor**k for k in range(11)))
    assert flow.steps == 10
    assert flow.factor == pytest.approx(factor)
    assert flow.arriving == pytest.approx(factor**10)
    assert flow.relative[0] == 1
    assert flow.trend is trend


def test_norms_are_root_mean_squares_over_the_examples_of_each_length() -> None:
    flow = GradientFlow.of(np.array([[3.0, 1.0, 2.0], [4.0, np.nan, np.nan]]))
    assert flow.norms == pytest.approx((math.sqrt(12.5), 1.0, 2.0))


def test_zero_and_infinite_norms() -> None:
    assert GradientFlow((0.0, 0.0)).trend is GradientTrend.NONE
    assert math.isnan(GradientFlow((0.0, 0.0)).factor)
    assert GradientFlow((math.inf, math.inf)).trend is GradientTrend.EXPLODES
    assert GradientFlow((1.0, math.inf)).trend is GradientTrend.EXPLODES
    assert GradientFlow((1.0, 0.0)).factor == 0
    assert math.isnan(GradientFlow((1.0,)).factor)
