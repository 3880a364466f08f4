"""Mean losses for regression: squared, absolute and Huber."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli import kernels
from dlcli.autograd import Context, Function, Sample, Tensor, draw, draw_away_from_zero
from dlcli.core import register
from dlcli.ops.weighting import cleared_where_zero, mean_scale


@register("function", "squared_error")
class SquaredError(Function):
    """`Σ s r²` with `r = prediction − target`; `∂L/∂prediction = 2 s r`.

    predictions: (...), targets: (...), scale s: broadcasts to (...) -> ()
    """

    @staticmethod
    def forward(ctx: Context, predictions: np.ndarray, targets: np.ndarray, scale: np.ndarray) -> np.ndarray:
        residuals = cleared_where_zero(predictions - targets, scale)
        scaled = residuals * scale
        ctx.save(scaled)
        loss: np.ndarray = np.vdot(residuals, scaled)
        return loss

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray, None, None]:
        (scaled,) = ctx.saved
        return scaled * (2 * grad), None, None

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(4, 2), draw(4, 2, seed=1), np.array(0.125)), {}, (True, False, False))


@register("function", "absolute_error")
class AbsoluteError(Function):
    """`Σ s |r|` with `r = prediction − target`; the derivative at r = 0 is defined as 0.

    predictions: (...), targets: (...), scale s: broadcasts to (...) -> ()
    """

    @staticmethod
    def forward(ctx: Context, predictions: np.ndarray, targets: np.ndarray, scale: np.ndarray) -> np.ndarray:
        residuals = cleared_where_zero(predictions - targets, scale)
        ctx.save(residuals, scale)
        loss: np.ndarray = (np.abs(residuals) * scale).sum()
        return loss

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray, None, None]:
        residuals, scale = ctx.saved
        return np.sign(residuals) * (grad * scale), None, None

    @staticmethod
    def samples() -> Iterable[Sample]:
        targets = draw(4, 2)
        scale = np.array([[0.1], [0.2], [0.3], [0.4]])
        yield Sample((targets + draw_away_from_zero(4, 2, seed=1), targets, scale), {}, (True, False, False))


@register("function", "huber")
class Huber(Function):
    """`Σ s h(r)`, with h = `r²/2` for |r| ≤ δ and `δ (|r| − δ/2)` beyond; `h′` is r clipped to ±δ (Huber 1964).

    predictions: (...), targets: (...), scale s: broadcasts to (...) -> ()
    """

    @staticmethod
    def forward(
        ctx: Context, predictions: np.ndarray, targets: np.ndarray, scale: np.ndarray, *, delta: float
    ) -> np.ndarray:
        residuals = cleared_where_zero(predictions - targets, scale)
        ctx.save(residuals, scale)
        ctx.delta = delta
        loss: np.ndarray = (kernels.huber(residuals, delta) * scale).sum()
        return loss

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray, None, None]:
        residuals, scale = ctx.saved
        return kernels.huber_backward(residuals, ctx.delta) * (grad * scale), None, None

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(4, 2), draw(4, 2, seed=1), np.array(0.125)), {"delta": 0.8}, (True, False, False))


def mean_squared_error(
    predictions: Tensor, targets: np.ndarray, weights: np.ndarray | None = None, *, divisor: float | None = None
) -> Tensor:
    """Return the mean of `(prediction − target)²` over all elements.

    Args:
        predictions: Predicted values, (N, …).
        targets: True values, as many as predictions.
        weights: Weight of each example, (N,), or of each element, (N, …); None for 1.
        divisor: Divisor of the weighted sum; None for the sum of the weights.
    """
    return SquaredError.apply(predictions, *_targets_and_scale(predictions, targets, weights, divisor))


def mean_absolute_error(predictions: Tensor, targets: np.ndarray, weights: np.ndarray | None = None) -> Tensor:
    """Return the mean of `|prediction − target|` over all elements.

    Args:
        predictions: Predicted values, (N, …).
        targets: True values, as many as predictions.
        weights: Weight of each example, (N,); None for 1.
    """
    return AbsoluteError.apply(predictions, *_targets_and_scale(predictions, targets, weights))


def huber(
    predictions: Tensor,
    targets: np.ndarray,
    weights: np.ndarray | None = None,
    *,
    delta: float,
    divisor: float | None = None,
) -> Tensor:
    """Return the mean Huber loss over all elements: squared for residuals up to δ, linear beyond.

    Args:
        predictions: Predicted values, (N, …).
        targets: True values, as many as predictions.
        weights: Weight of each example, (N,), or of each element, (N, …); None for 1.
        delta: Residual beyond which the loss is linear, δ.
        divisor: Divisor of the weighted sum; None for the sum of the weights.
    """
    return Huber.apply(predictions, *_targets_and_scale(predictions, targets, weights, divisor), delta=delta)


def _targets_and_scale(
    predictions: Tensor, targets: np.ndarray, weights: np.ndarray | None, divisor: float | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the targets in the shape and type of the predictions, and the factor of each element's loss."""
    targets = targets.reshape(predictions.shape).astype(predictions.dtype, copy=False)
    return targets, mean_scale(predictions.shape, predictions.dtype, weights, divisor=divisor)
