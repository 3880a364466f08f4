from __future__ import annotations

import numpy as np
import pytest

from dlcli.diagnosis import Measure, SplitOutcome
from dlcli.diagnosis.concentration import concentration


def outcome(residuals: np.ndarray) -> SplitOutcome:
    return SplitOutcome("dev", residuals, np.zeros(len(residuals)))


def test_two_outliers_carry_the_sum() -> None:
    """198 squared errors of 1 and two of 100: these are 200 of 398."""
    found = concentration(Measure.MEAN_SQUARED, outcome(np.repeat([1.0, 10.0], [198, 2])))
    assert found is not None
    assert (found.num_largest, found.num_examples) == (2, 200)
    assert found.share == pytest.approx(200 / 398)


@pytest.mark.parametrize("measure", [Measure.MEAN_SQUARED, Measure.ROOT_MEAN_SQUARED, Measure.MEAN_ABSOLUTE])
def test_normal_errors_do_not(measure: Measure) -> None:
    assert concentration(measure, outcome(np.random.default_rng(0).standard_normal(500))) is None


def test_no_errors_have_no_sum() -> None:
    assert concentration(Measure.MEAN_SQUARED, outcome(np.zeros(10))) is None
    assert concentration(Measure.ERROR_RATE, outcome(np.repeat([0, 1], [99, 1]))) is None
