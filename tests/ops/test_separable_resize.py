"""Separable resizing against einsum."""

from __future__ import annotations

import numpy as np

from dlcli import ops
from dlcli.autograd import Tensor

GENERATOR = np.random.default_rng(0)


def test_equals_the_formula() -> None:
    x, rows, columns = (GENERATOR.standard_normal(shape) for shape in ((2, 3, 4, 5), (6, 3), (2, 4)))
    expected = np.einsum("ph,nhwc,qw->npqc", rows, x, columns)
    np.testing.assert_allclose(ops.separable_resize(Tensor(x), rows, columns).data, expected)
