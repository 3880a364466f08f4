"""Convolution against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcli import ops
from dlcli.autograd import Tensor

GENERATOR = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("images", "filters", "options"),
    [
        ((2, 6, 7, 3), (3, 3, 3, 4), {}),
        ((2, 6, 7, 3), (3, 3, 3, 4), {"padding": ((1, 1), (1, 1))}),
        ((2, 6, 7, 3), (3, 3, 3, 4), {"stride": (2, 2), "padding": ((1, 1), (1, 1))}),
        ((1, 9, 8, 2), (3, 2, 2, 5), {"dilation": (2, 3), "stride": (1, 2)}),
        ((1, 9, 8, 2), (1, 1, 2, 5), {"stride": (3, 2)}),
        ((2, 5, 6, 4), (3, 3, 2, 6), {"groups": 2, "padding": ((1, 1), (1, 1))}),
        ((2, 5, 6, 4), (3, 3, 1, 4), {"groups": 4}),
        ((2, 5, 6, 3), (2, 2, 1, 6), {"groups": 3, "stride": (2, 1)}),
        ((1, 6, 6, 1), (5, 5, 1, 6), {"padding": ((2, 2), (2, 2)), "relu": True}),
    ],
)
def test_same_as_torch(same_as_torch, images, filters, options) -> None:
    torch = pytest.importorskip("torch")

    def theirs(x, weight, bias):
        y = torch.nn.functional.conv2d(
            x.permute(0, 3, 1, 2),
            weight.permute(3, 2, 0, 1),
            bias,
            stride=options.get("stride", 1),
            padding=tuple(before for before, _ in options.get("padding", ((0, 0), (0, 0)))),
            dilation=options.get("dilation", 1),
            groups=options.get("groups", 1),
        ).permute(0, 2, 3, 1)
        return y.relu() if options.get("relu") else y

    same_as_torch(
        lambda x, weight, bias: ops.conv2d(x, weight, bias, **options),
        theirs,
        GENERATOR.standard_normal(images),
        GENERATOR.standard_normal(filters),
        GENERATOR.standard_normal(filters[3]),
    )


PAIRS = st.tuples(st.integers(1, 3), st.integers(1, 3))


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-10), (np.float32, 1e-4)])
@settings(max_examples=30, deadline=None)
@given(
    size=st.tuples(st.integers(9, 12), st.integers(9, 12)),
    window=PAIRS,
    stride=PAIRS,
    dilation=PAIRS,
    padding=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    channels=st.tuples(st.integers(1, 3), st.integers(1, 9), st.sampled_from([1, 2, 3])),
)
def test_any_geometry_same_as_torch(
    same_as_torch, dtype, tolerance, size, window, stride, dilation, padding, channels
) -> None:
    torch = pytest.importorskip("torch")
    count, filters, groups = channels
    options = {"stride": stride, "dilation": dilation, "groups": groups}

    def theirs(x, weight, bias):
        x, weight = x.permute(0, 3, 1, 2).contiguous(), weight.permute(3, 2, 0, 1).contiguous()
        return torch.nn.functional.conv2d(x, weight, bias, padding=padding, **options).permute(0, 2, 3, 1)

    shapes = (2, *size, count * groups), (*window, count, filters * groups), (filters * groups,)
    same_as_torch(
        lambda x, weight, bias: ops.conv2d(x, weight, bias, padding=tuple((p, p) for p in padding), **options),
        theirs,
        *[GENERATOR.standard_normal(shape).astype(dtype) for shape in shapes],
        tolerance=tolerance,
    )


def test_unequal_padding_equals_explicit_padding() -> None:
    x, weight = GENERATOR.standard_normal((2, 5, 6, 3)), Tensor(GENERATOR.standard_normal((3, 2, 3, 4)))
    by_hand = np.pad(x, ((0, 0), (2, 1), (0, 1), (0, 0)))
    np.testing.assert_array_equal(
        ops.conv2d(x, weight, padding=((2, 1), (0, 1))).data, ops.conv2d(by_hand, weight).data
    )


def test_a_worked_example() -> None:
    """A vertical edge detected by columns (1, 0, −1), as in the classic 6×6 example."""
    image = np.repeat([[10.0, 10, 10, 0, 0, 0]], 6, axis=0).reshape(1, 6, 6, 1)
    edge = Tensor(np.repeat([[1.0, 0, -1]], 3, axis=0).reshape(3, 3, 1, 1))
    np.testing.assert_array_equal(ops.conv2d(image, edge).data[0, :, :, 0], np.repeat([[0.0, 30, 30, 0]], 4, axis=0))


def test_no_gradient_for_images_that_do_not_need_it() -> None:
    weight = Tensor(GENERATOR.standard_normal((2, 2, 3, 4)), requires_grad=True)
    y = ops.conv2d(GENERATOR.standard_normal((1, 4, 4, 3)), weight)
    assert y.creator is not None
    grad_x, grad_weight, grad_bias = y.creator.function.backward(y.creator, np.ones(y.shape))
    assert grad_x is None
    assert grad_bias is None
    assert grad_weight.shape == weight.shape
