import numpy as np
import pytest

from dlcli.diagnosis.paired import paired_rate_interval


def pair(only_first: int, only_second: int, both_right: int) -> tuple[np.ndarray, np.ndarray]:
    counts = [only_first, only_second, both_right]
    return np.repeat([1.0, 0.0, 0.0], counts), np.repeat([0.0, 1.0, 0.0], counts)


def test_adjusted_wald_by_hand() -> None:
    interval = paired_rate_interval(*pair(9, 1, 38))
    # n = 48: rates 10/50 and 2/50, center 0.16, variance (0.24 − 0.0256) / 50
    margin = 1.959964 * ((0.24 - 0.0256) / 50) ** 0.5
    assert interval.value == pytest.approx(8 / 48)
    assert (interval.low, interval.high) == pytest.approx((0.16 - margin, 0.16 + margin))


def test_equal_models_have_an_interval_of_positive_width() -> None:
    interval = paired_rate_interval(*pair(0, 0, 50))
    assert interval.low < 0 == interval.value < interval.high


def test_the_interval_has_the_nominal_coverage() -> None:
    """About 95 % of the intervals of 2,000 samples with known rates cover the true difference."""
    generator = np.random.default_rng(0)
    covered = 0
    for _ in range(2000):
        outcome = generator.choice(3, size=60, p=[0.1, 0.05, 0.85])
        covered += paired_rate_interval((outcome == 0) * 1.0, (outcome == 1) * 1.0).covers(0.05)
    assert 0.935 < covered / 2000 < 0.985
