from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from dlcli.diagnosis import SplitOutcome, regression_fits
from dlcli.tasks import ValuePredictions


def test_metrics_equal_those_of_scikit_learn() -> None:
    generator = np.random.default_rng(0)
    truth = generator.normal(5, 2, (50, 2))
    predictions = truth + generator.normal(0.3, 1, (50, 2))
    fits = regression_fits(SplitOutcome("dev", ValuePredictions(predictions), truth), ("a", "b"))
    assert [fit.target for fit in fits] == ["a", "b"]
    for k, fit in enumerate(fits):
        assert fit.r2 == pytest.approx(metrics.r2_score(truth[:, k], predictions[:, k]))
        expected = metrics.root_mean_squared_error(truth[:, k], predictions[:, k])
        assert fit.root_mean_squared_error == pytest.approx(expected)
        assert fit.mean_residual == pytest.approx((truth - predictions)[:, k].mean())


@pytest.mark.parametrize(("shape", "names"), [((4,), ["value"]), ((4, 1), ["value"]), ((4, 2), ["value_0", "value_1"])])
def test_targets_without_names(shape: tuple[int, ...], names: list[str]) -> None:
    values = np.zeros(shape)
    fits = regression_fits(SplitOutcome("dev", ValuePredictions(values), values), ())
    assert [fit.target for fit in fits] == names
    assert all(fit.r2 is None for fit in fits)  # constant values have no variance to explain
