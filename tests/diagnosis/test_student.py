from __future__ import annotations

import pytest
from scipy import stats

from dlcli.diagnosis.student import student_quantile


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95, 0.999])
@pytest.mark.parametrize("freedom", [0.7, 1, 2, 5.5, 30, 1e4, 1e8])
def test_quantiles_equal_scipys(freedom: float, level: float) -> None:
    assert student_quantile(freedom, level) == pytest.approx(stats.t.ppf(0.5 + level / 2, freedom), rel=1e-6)
