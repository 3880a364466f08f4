"""Upsampling against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcli import ops
from dlcli.autograd import Tensor

GENERATOR = np.random.default_rng(0)
PAIRS = st.tuples(st.integers(1, 5), st.integers(1, 5))


@pytest.mark.parametrize("mode", ["nearest", "bilinear"])
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-10), (np.float32, 1e-4)])
@settings(max_examples=25, deadline=None)
@given(image=PAIRS, factor=PAIRS)
def test_same_as_torch(same_as_torch, mode, dtype, tolerance, image, factor) -> None:
    torch = pytest.importorskip("torch")
    ours = {"nearest": ops.upsample_nearest2d, "bilinear": ops.upsample_bilinear2d}[mode]
    options = {"align_corners": False} if mode == "bilinear" else {}

    def theirs(x):
        y = torch.nn.functional.interpolate(
            x.permute(0, 3, 1, 2), scale_factor=tuple(map(float, factor)), mode=mode, **options
        )
        return y.permute(0, 2, 3, 1)

    x = GENERATOR.standard_normal((2, *image, 3)).astype(dtype)
    same_as_torch(lambda x: ours(x, factor), theirs, x, tolerance=tolerance)


def test_a_worked_example() -> None:
    x = Tensor(np.array([0.0, 4, 8]).reshape(1, 1, 3, 1))
    np.testing.assert_array_equal(ops.upsample_nearest2d(x, (1, 2)).data.ravel(), [0, 0, 4, 4, 8, 8])
    np.testing.assert_allclose(ops.upsample_bilinear2d(x, (1, 2)).data.ravel(), [0, 1, 3, 5, 7, 8])
