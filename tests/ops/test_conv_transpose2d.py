"""Transposed convolution against PyTorch and against the convolution."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcli import ops
from dlcli.autograd import Tensor

GENERATOR = np.random.default_rng(0)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-10), (np.float32, 1e-4)])
@settings(max_examples=25, deadline=None)
@given(
    size=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    window=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    channels=st.tuples(st.integers(1, 3), st.integers(1, 18)),
    biased=st.booleans(),
    data=st.data(),
)
def test_same_as_torch(same_as_torch, dtype, tolerance, size, window, stride, channels, biased, data) -> None:
    torch = pytest.importorskip("torch")
    full = [(n - 1) * s + f for n, s, f in zip(size, stride, window, strict=True)]
    padding = [data.draw(st.integers(0, min(f - 1, (total - 1) // 2))) for f, total in zip(window, full, strict=True)]
    more = [data.draw(st.integers(0, s - 1)) for s in stride]
    result = tuple(total - 2 * p + extra for total, p, extra in zip(full, padding, more, strict=True))
    geometry = {"stride": stride, "padding": tuple((p, p) for p in padding)}
    count, filters = channels

    def ours(x: Tensor, weight: Tensor, *bias: Tensor) -> Tensor:
        return ops.conv_transpose2d(x, weight, *bias, size=result, **geometry)

    def theirs(x, weight, *bias):
        y = torch.nn.functional.conv_transpose2d(
            x.permute(0, 3, 1, 2),
            weight.permute(3, 2, 0, 1).contiguous(),  # PyTorch refuses some others
            *bias,
            stride=stride,
            padding=tuple(padding),
            output_padding=tuple(more),
        )
        return y.permute(0, 2, 3, 1)

    arrays = [GENERATOR.standard_normal((2, *size, count)), GENERATOR.standard_normal((*window, filters, count))]
    arrays += [GENERATOR.standard_normal(filters)] * biased
    same_as_torch(ours, theirs, *[array.astype(dtype) for array in arrays], tolerance=tolerance)


def test_is_the_transpose_of_the_convolution() -> None:
    """⟨conv(y), x⟩ = ⟨y, convᵀ(x)⟩ for all x and y."""
    geometry = {"stride": (2, 1), "padding": ((1, 0), (2, 1))}
    weight = Tensor(GENERATOR.standard_normal((3, 4, 2, 5)))
    y = GENERATOR.standard_normal((2, 7, 6, 2))
    convolved = ops.conv2d(y, weight, **geometry).data
    x = GENERATOR.standard_normal(convolved.shape)
    back = ops.conv_transpose2d(x, weight, size=(7, 6), **geometry).data
    np.testing.assert_allclose(np.vdot(convolved, x), np.vdot(y, back))
