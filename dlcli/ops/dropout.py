"""Inverted dropout."""

from __future__ import annotations

import numpy as np

from dlcli import kernels
from dlcli.autograd import Tensor
from dlcli.ops.arithmetic import multiply


def dropout(x: Tensor, rate: float, generator: np.random.Generator) -> Tensor:
    """Zero each element with probability `rate` and divide the others by `1 − rate`, which keeps the expectation.

    Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html. Implemented as a product with a random mask.

    Args:
        x: Tensor of any shape.
        rate: Dropout probability, 0 ≤ rate < 1.
        generator: Random generator of the mask.
    """
    return multiply(x, kernels.dropout_mask(x.shape, rate, generator, x.dtype))


def spatial_dropout(x: Tensor, rate: float, generator: np.random.Generator) -> Tensor:
    """Zero whole channels of an example with probability `rate` and divide the others by `1 − rate`.

    Neighboring pixels are strongly correlated, so dropping single ones removes little information (Tompson et al. 2015,
    arXiv:1411.4280, section 3.2).

    Args:
        x: Input with channels last, (N, ..., C).
        rate: Dropout probability, 0 ≤ rate < 1.
        generator: Random generator of the mask.
    """
    shape = (x.shape[0], *[1] * (x.ndim - 2), x.shape[-1])
    return multiply(x, kernels.dropout_mask(shape, rate, generator, x.dtype))
