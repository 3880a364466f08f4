"""The correlation of neighbors is estimated without bias, and its effect on a variance is that of the formula."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.diagnosis.neighbors import neighbor_correlation, variance_inflation


def deviations(correlation: float, count: int, series: int) -> np.ndarray:
    """Simulate (series, count) deviations from the mean of first-order autoregressive processes."""
    generator = np.random.default_rng(5)
    values = generator.standard_normal((series, count))
    values[:, 1:] *= np.sqrt(1 - correlation**2)
    for step in range(1, count):
        values[:, step] += correlation * values[:, step - 1]
    return values - values.mean(axis=1, keepdims=True)


def test_the_estimate_has_no_bias_at_a_moderate_correlation() -> None:
    estimates = [neighbor_correlation(scores) for scores in deviations(0.5, 40, 4000)]
    # the standard deviation of one estimate is about 0.15, so that of the mean is 0.0024; a correction with N − 3
    # instead of N − 4 has the mean 0.487
    assert np.mean(estimates) == pytest.approx(0.5, abs=0.008)


@pytest.mark.parametrize("scores", [[0.0] * 9, [1.0, -1.0, 1.0, -1.0], [1.0, -1.0] * 5])
def test_no_correlation_is_claimed_without_values_or_for_opposite_neighbors(scores: list[float]) -> None:
    assert neighbor_correlation(np.array(scores)) == 0.0


def test_a_trend_is_limited() -> None:
    correlation = neighbor_correlation(np.arange(100) - 49.5)
    assert correlation == 0.95
    assert variance_inflation(correlation) == pytest.approx(39)
