"""Binary cross-entropy of logits, fused with the sigmoid."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli import kernels
from dlcli.autograd import Context, Function, Sample, Tensor, draw
from dlcli.core import register
from dlcli.ops.weighting import cleared_where_zero, mean_scale, observed_targets


@register("function", "binary_cross_entropy")
class BinaryCrossEntropy(Function):
    """`L = −Σ s (p y log σ(z) + (1 − y) log(1 − σ(z)))`; for p = 1, `∂L/∂z = s (σ(z) − y)`, `dz = a − y` in CS 230.

    logits z: (...), targets y: (...) in [0, 1], scale s: broadcasts to (...) -> ()
    """

    @staticmethod
    def forward(
        ctx: Context, logits: np.ndarray, targets: np.ndarray, scale: np.ndarray, *, positive_weight: float
    ) -> np.ndarray:
        logits = cleared_where_zero(logits, scale)
        ctx.save(logits, targets, scale)
        ctx.positive_weight = positive_weight
        losses = kernels.binary_cross_entropy(logits, targets, positive_weight)
        losses *= scale
        loss: np.ndarray = losses.sum()
        return loss

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray, None, None]:
        logits, targets, scale = ctx.saved
        grad_logits = kernels.binary_cross_entropy_backward(logits, targets, ctx.positive_weight)
        return grad_logits * (grad * scale), None, None

    @staticmethod
    def samples() -> Iterable[Sample]:
        targets = np.array([[0.0], [1.0], [1.0], [0.0]])
        yield Sample((3 * draw(4, 1), targets, np.array(0.25)), {"positive_weight": 1.0}, (True, False, False))
        yield Sample(
            (draw(4, 1), 0.05 + 0.9 * targets, np.array([[0.1], [0.3], [0.2], [0.4]])),
            {"positive_weight": 3.0},
            (True, False, False),
        )


def binary_cross_entropy(
    logits: Tensor,
    targets: np.ndarray,
    weights: np.ndarray | None = None,
    *,
    positive_weight: float = 1.0,
    class_weights: np.ndarray | None = None,
    label_smoothing: float = 0.0,
    divisor: float | None = None,
) -> Tensor:
    """Return the mean of `−(p y log σ(z) + (1 − y) log(1 − σ(z)))`, numerically stable for any z.

    Args:
        logits: Logits z, (N, …).
        targets: Targets y, as many as logits, each 0 or 1; without class weights, values in between are allowed.
        weights: Weight of each example, (N,); None for 1.
        positive_weight: Weight of the positive class p, like pos_weight of torch.nn.BCEWithLogitsLoss.
        class_weights: Weights of the classes 0 and 1, (2,); the mean is then `Σ c_y ℓ / Σ c_y`, as for softmax.
        label_smoothing: Label smoothing ε, in [0, 1); targets become `(1 − ε) y + ε/2`.
        divisor: Divisor of the weighted sum; None for the sum of the weights.

    Raises:
        ValueError: A target is not in [0, 1], or, with class weights, neither 0 nor 1.
    """
    targets = observed_targets(targets.reshape(logits.shape), weights)
    _check_targets(targets)
    per_class = None
    if class_weights is not None:
        classes = targets.astype(np.intp, copy=False)
        if targets.dtype.kind == "f" and not np.array_equal(classes, targets):
            raise ValueError("with class weights, expected targets 0 or 1, got values in between")
        per_class = class_weights[classes]
    scale = mean_scale(logits.shape, logits.dtype, weights, per_class, divisor=divisor)
    targets = targets.astype(logits.dtype, copy=False)
    if label_smoothing:
        targets = targets * (1 - label_smoothing) + label_smoothing / 2
    return BinaryCrossEntropy.apply(logits, targets, scale, positive_weight=positive_weight)


def _check_targets(targets: np.ndarray) -> None:
    """Refuse targets outside of [0, 1], including NaN."""
    is_integer = targets.dtype.kind in "iu"  # integers need a single pass: y >> 1 is 0 only for 0 and 1
    outside = targets >> 1 != 0 if is_integer else ~((targets >= 0) & (targets <= 1))
    if outside.any():
        raise ValueError(f"expected binary targets in [0, 1], got {targets[outside][0]}")
