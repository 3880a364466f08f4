"""Inverted dropout."""

from __future__ import annotations

import numpy as np

from dlcli import kernels
from dlcli.autograd import Tensor
from dlcli.ops.arithmetic import multiply


def dropout(x: Tensor, rate: float, generator: np.random.Generator) -> Tensor:
    """Each number dropped with probability `rate`, the rest divided by `1 − rate` so that the expectation stays.

    Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html. It is a product with a random mask.

    Args:
        x: any shape.
        rate: probability of dropping, 0 ≤ rate < 1.
        generator: source of the mask.
    """
    return multiply(x, kernels.dropout_mask(x.shape, rate, generator, x.dtype))


def spatial_dropout(x: Tensor, rate: float, generator: np.random.Generator) -> Tensor:
    """Whole channels of an example dropped with probability `rate`, the rest divided by `1 − rate`.

    Neighboring pixels say much the same, so dropping single ones takes little away (Tompson et al. 2015,
    arXiv:1411.4280, section 3.2).

    Args:
        x: (N, ..., C).
        rate: probability of dropping, 0 ≤ rate < 1.
        generator: source of the mask.
    """
    shape = (x.shape[0], *[1] * (x.ndim - 2), x.shape[-1])
    return multiply(x, kernels.dropout_mask(shape, rate, generator, x.dtype))
