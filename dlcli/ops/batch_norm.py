"""Batch normalization of the last axis; all other axes form the batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from dlcli import kernels
from dlcli.autograd import Context, Function, Sample, Tensor, draw
from dlcli.core import register


@register("function", "batch_norm")
class BatchNorm(Function):
    """`y = γ (x − μ)/√(σ² + ε) + β`, with μ, σ² of the batch (Ioffe & Szegedy 2015, arXiv:1502.03167).

    With x̂ the normalized input, `∂L/∂x = γ/√(σ² + ε) (g − mean(g) − x̂ mean(g x̂))`. Optionally, a residual is added to
    the result, and a ReLU is applied last (He et al. 2015, arXiv:1512.03385).

    x: (..., C), gamma: (C,), beta: (C,), residual: (..., C) or None -> (..., C)
    """

    @staticmethod
    def forward(
        ctx: Context,
        x: np.ndarray,
        gamma: np.ndarray,
        beta: np.ndarray,
        residual: np.ndarray | None = None,
        *,
        epsilon: float,
        relu: bool = False,
        on_statistics: Callable[[np.ndarray, np.ndarray, int], None] | None = None,
    ) -> np.ndarray:
        # (…, C) -> (M, C): all axes but the last form the batch
        rows = _rows(x)
        residual_rows = None if residual is None else _rows(residual)
        y, mean, variance, inverse_std = kernels.batch_norm(rows, gamma, beta, epsilon, residual_rows, relu)
        # x and two vectors: x̂ is recomputed from them in backward, which saves an array of the size of x
        ctx.save(rows, gamma, mean, inverse_std, y if relu else None)
        if on_statistics is not None:
            on_statistics(mean, variance, len(rows))
        return y.reshape(x.shape)

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray | None, ...]:
        x, gamma, mean, inverse_std, y = ctx.saved
        grad_x, grad_gamma, grad_beta, grad_residual = kernels.batch_norm_backward(
            _rows(grad), x, gamma, mean, inverse_std, y, residual=ctx.needs_grad[3]
        )
        return (
            grad_x.reshape(grad.shape),
            grad_gamma,
            grad_beta,
            None if grad_residual is None else grad_residual.reshape(grad.shape),
        )

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(6, 3), draw(3, seed=1), draw(3, seed=2), None), {"epsilon": 1e-5})
        yield Sample((draw(2, 4, 3), draw(3, seed=1), draw(3, seed=2), None), {"epsilon": 1e-3, "relu": True})
        yield Sample((draw(7, 2), draw(2, seed=1), draw(2, seed=2), draw(7, 2, seed=3)), {"epsilon": 1e-3})
        yield Sample(
            (draw(2, 4, 3), draw(3, seed=1), draw(3, seed=2), draw(2, 4, 3, seed=3)), {"epsilon": 1e-3, "relu": True}
        )


@register("function", "fixed_batch_norm")
class FixedBatchNorm(Function):
    """`y = γ (x − μ)/√(σ² + ε) + β` with constant μ, σ²: batch normalization in evaluation.

    Optionally, a residual is added to the result, and a ReLU is applied last.

    x: (..., C), gamma, beta, mean, variance: (C,), residual: (..., C) or None -> (..., C)
    """

    @staticmethod
    def forward(
        ctx: Context,
        x: np.ndarray,
        gamma: np.ndarray,
        beta: np.ndarray,
        mean: np.ndarray,
        variance: np.ndarray,
        residual: np.ndarray | None = None,
        *,
        epsilon: float,
        relu: bool = False,
    ) -> np.ndarray:
        residual_rows = None if residual is None else _rows(residual)
        y = kernels.fixed_batch_norm(_rows(x), gamma, beta, mean, variance, epsilon, residual_rows, relu)
        y = y.reshape(x.shape)
        ctx.save(x, gamma, mean, 1 / np.sqrt(variance + variance.dtype.type(epsilon)), y if relu else None)
        return y

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray | None, ...]:
        x, gamma, mean, inverse_std, y = ctx.saved
        needs_x, needs_gamma, *_ = ctx.needs_grad
        if y is not None:
            grad = kernels.relu_backward(grad, y)
        return (
            grad * (gamma * inverse_std) if needs_x else None,
            grad * ((x - mean) * inverse_std) if needs_gamma else None,
            grad,
            None,
            None,
            grad,
        )

    @staticmethod
    def samples() -> Iterable[Sample]:
        statistics = (draw(3, seed=3), 0.5 + np.abs(draw(3, seed=4)))
        yield Sample(
            (draw(5, 3), draw(3, seed=1), draw(3, seed=2), *statistics, None),
            {"epsilon": 1e-5},
            differentiable=(True, True, True, False, False, False),
        )
        yield Sample(
            (draw(2, 4, 3), draw(3, seed=1), draw(3, seed=2), *statistics, draw(2, 4, 3, seed=5)),
            {"epsilon": 1e-3, "relu": True},
            differentiable=(True, True, True, False, False, True),
        )


def batch_norm(
    x: Tensor,
    gamma: Tensor,
    beta: Tensor,
    residual: Tensor | None = None,
    *,
    epsilon: float,
    relu: bool = False,
    on_statistics: Callable[[np.ndarray, np.ndarray, int], None] | None = None,
) -> Tensor:
    """Normalize each channel by the mean and variance of the batch.

    Args:
        x: Input with channels last, (..., C).
        gamma: Standard deviation of the output, γ, (C,).
        beta: Mean of the output, β, (C,).
        residual: Tensor added to the result, (..., C), or None.
        epsilon: Small constant added to the variance, ε.
        relu: Whether to apply `max(y, 0)` at the end.
        on_statistics: Callback with the mean (C,), the biased variance (C,) and the number of rows of the batch.
    """
    return BatchNorm.apply(x, gamma, beta, residual, epsilon=epsilon, relu=relu, on_statistics=on_statistics)


def fixed_batch_norm(
    x: Tensor,
    gamma: Tensor,
    beta: Tensor,
    mean: np.ndarray,
    variance: np.ndarray,
    residual: Tensor | None = None,
    *,
    epsilon: float,
    relu: bool = False,
) -> Tensor:
    """Normalize each channel by a constant mean and variance.

    Args:
        x: Input with channels last, (..., C).
        gamma: Standard deviation of the output, γ, (C,).
        beta: Mean of the output, β, (C,).
        mean: Mean μ, (C,).
        variance: Variance σ², (C,).
        residual: Tensor added to the result, (..., C), or None.
        epsilon: Small constant added to the variance, ε.
        relu: Whether to apply `max(y, 0)` at the end.
    """
    return FixedBatchNorm.apply(x, gamma, beta, mean, variance, residual, epsilon=epsilon, relu=relu)


def _rows(x: np.ndarray) -> np.ndarray:
    """Return x with all axes but the last merged, (..., C) -> (M, C)."""
    return x if x.ndim == 2 else x.reshape(-1, x.shape[-1])
