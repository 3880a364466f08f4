"""Rectifiers: linear for positive inputs."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli import kernels
from dlcli.autograd import Context, Function, Sample, Tensor
from dlcli.autograd.sample import draw_away_from_zero
from dlcli.registry import register


@register("function", "relu")
class ReLU(Function):
    """`max(x, 0)`; the derivative at 0 is taken as 0."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray) -> np.ndarray:
        y = kernels.relu(x)
        ctx.save(y)
        return y

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        (y,) = ctx.saved
        return kernels.relu_backward(grad, y)

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw_away_from_zero(3, 4),))


def relu(x: Tensor | np.ndarray) -> Tensor:
    """`max(x, 0)`, elementwise."""
    return ReLU.apply(x)
