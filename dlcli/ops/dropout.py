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
