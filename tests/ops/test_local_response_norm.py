"""Local response normalization against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcli import ops
from dlcli.autograd import Tensor

GENERATOR = np.random.default_rng(0)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-10), (np.float32, 1e-4)])
@settings(max_examples=30, deadline=None)
@given(
    channels=st.integers(1, 9),
    size=st.integers(1, 12),
    alpha=st.floats(0, 3),
    beta=st.floats(0, 2),
    k=st.sampled_from([1.0, 2.0]),
)
def test_same_as_torch(same_as_torch, dtype, tolerance, channels, size, alpha, beta, k) -> None:
    torch = pytest.importorskip("torch")
    options = {"alpha": alpha, "beta": beta, "k": k}
    same_as_torch(
        lambda x: ops.local_response_norm(x, size=size, **options),
        lambda x: torch.nn.functional.local_response_norm(x.permute(0, 3, 1, 2), size, **options).permute(0, 2, 3, 1),
        GENERATOR.standard_normal((2, 3, 2, channels)).astype(dtype),
        tolerance=tolerance,
    )


def test_a_worked_example() -> None:
    """With neighborhoods of three channels and α/n = 1, the middle one is divided by 1 + 1 + 4 + 9."""
    y = ops.local_response_norm(Tensor(np.array([[1.0, 2, 3]])), size=3, alpha=3.0, beta=1.0, k=1.0)
    np.testing.assert_allclose(y.data, [[1 / 6, 2 / 15, 3 / 14]])
