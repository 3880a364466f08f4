"""GELU and SiLU: activations that multiply the input by a distribution function of it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli import kernels
from dlcli.autograd import Context, Function, Sample, Tensor, draw
from dlcli.core import register


@register("function", "gelu")
class GELU(Function):
    """`x Φ(x)`, where Φ is the standard normal CDF (Hendrycks & Gimpel 2016, arXiv:1606.08415)."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray) -> np.ndarray:
        ctx.save(x)
        return kernels.gelu(x)

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        (x,) = ctx.saved
        return kernels.gelu_backward(grad, x)

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(3, 4),))


@register("function", "gelu_tanh")
class GELUTanh(Function):
    """Tanh approximation of GELU, with an error below 5e-4 (Hendrycks & Gimpel 2016, arXiv:1606.08415)."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray) -> np.ndarray:
        ctx.save(x)
        return kernels.gelu_tanh(x)

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        (x,) = ctx.saved
        return kernels.gelu_tanh_backward(grad, x)

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(3, 4),))


@register("function", "silu")
class SiLU(Function):
    """`x σ(x)`; also called swish (Elfwing et al. 2018, arXiv:1702.03118)."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray) -> np.ndarray:
        ctx.save(x)
        return kernels.silu(x)

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        (x,) = ctx.saved
        return kernels.silu_backward(grad, x)

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(3, 4),))


def gelu(x: Tensor | np.ndarray) -> Tensor:
    """Return `x Φ(x)`, where Φ is the standard normal CDF."""
    return GELU.apply(x)


def gelu_tanh(x: Tensor | np.ndarray) -> Tensor:
    """Return `x/2 (1 + tanh(√(2/π) (x + 0.044715 x³)))`, an approximation of gelu."""
    return GELUTanh.apply(x)


def silu(x: Tensor | np.ndarray) -> Tensor:
    """Return `x σ(x)`, elementwise."""
    return SiLU.apply(x)
