"""Pooling against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli import ops
from dlcli.autograd import Tensor

GENERATOR = np.random.default_rng(0)
GEOMETRIES = [
    {"window": (2, 2), "stride": (2, 2)},
    {"window": (3, 3), "stride": (2, 2)},
    {"window": (3, 3), "stride": (2, 2), "padding": ((1, 1), (1, 1))},
    {"window": (2, 3), "stride": (1, 2), "padding": ((1, 1), (0, 0))},
    {"window": (2, 1), "stride": (3, 2)},
]


@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("kind", ["max_pool2d", "average_pool2d"])
def test_same_as_torch(same_as_torch, kind, geometry) -> None:
    torch = pytest.importorskip("torch")
    theirs = {
        "max_pool2d": torch.nn.functional.max_pool2d,
        "average_pool2d": lambda x, **options: torch.nn.functional.avg_pool2d(x, count_include_pad=False, **options),
    }[kind]
    same_as_torch(
        lambda x: getattr(ops, kind)(x, **geometry),
        lambda x: theirs(
            x.permute(0, 3, 1, 2),
            kernel_size=geometry["window"],
            stride=geometry["stride"],
            padding=tuple(before for before, _ in geometry.get("padding", ((0, 0), (0, 0)))),
        ).permute(0, 2, 3, 1),
        GENERATOR.standard_normal((2, 7, 9, 3)),
    )


def test_global_average_same_as_torch(same_as_torch) -> None:
    same_as_torch(ops.global_average_pool2d, lambda x: x.mean((1, 2)), GENERATOR.standard_normal((3, 4, 5, 2)))


@pytest.mark.parametrize("shape", [(3, 4, 5, 2), (2, 1, 1, 3), (1, 20, 20, 17)])
def test_global_maximum_same_as_torch(same_as_torch, shape) -> None:
    same_as_torch(ops.global_max_pool2d, lambda x: x.amax((1, 2)), GENERATOR.standard_normal(shape))


def test_the_first_of_equal_maxima_gets_the_gradient() -> None:
    x = Tensor(np.ones((1, 2, 2, 1)), requires_grad=True)
    ops.max_pool2d(x, window=(2, 2), stride=(2, 2)).backward(np.full((1, 1, 1, 1), 5.0))
    np.testing.assert_array_equal(x.grad.ravel(), [5, 0, 0, 0])


def test_padding_is_neither_the_maximum_nor_part_of_an_average() -> None:
    x = Tensor(np.full((1, 2, 2, 1), -3.0))
    geometry = {"window": (2, 2), "stride": (1, 1), "padding": ((1, 1), (1, 1))}
    for pool in (ops.max_pool2d, ops.average_pool2d):
        np.testing.assert_array_equal(pool(x, **geometry).data, np.full((1, 3, 3, 1), -3.0))


def test_nan_is_propagated() -> None:
    x = np.ones((1, 2, 4, 1))
    x[0, 1, 0] = np.nan
    y = ops.max_pool2d(Tensor(x), window=(2, 2), stride=(2, 2)).data
    assert np.isnan(y[0, 0, 0, 0])
    assert y[0, 0, 1, 0] == 1
