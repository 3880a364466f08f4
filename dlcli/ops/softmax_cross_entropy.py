"""Categorical cross-entropy of logits, fused with the softmax."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli import kernels
from dlcli.autograd import Context, Function, Sample, Tensor, draw
from dlcli.core import register
from dlcli.kernels import check_labels
from dlcli.ops.weighting import mean_scale, observed_targets


@register("function", "softmax_cross_entropy")
class SoftmaxCrossEntropy(Function):
    """`L = −Σ_n s_n log softmax(z_n)_{y_n}`; `∂L/∂z_n = s_n (softmax(z_n) − onehot(y_n))`, `dz = a − y` in CS 230.

    logits: (N, K), labels: (N,) integer, scale: (N,) or () -> ()
    """

    @staticmethod
    def forward(ctx: Context, logits: np.ndarray, labels: np.ndarray, scale: np.ndarray) -> np.ndarray:
        losses, probabilities = kernels.softmax_cross_entropy(logits, labels)
        ctx.save(probabilities, labels, scale)
        if scale.ndim and not np.isfinite(losses).all():
            # A product with 0 would be NaN. Finite losses, the usual case, need no pass over the probabilities.
            hidden = scale == 0
            losses[hidden], probabilities[hidden] = 0, 0
        losses *= scale
        total: np.ndarray = np.add.reduce(losses)
        return total

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray | None, ...]:
        probabilities, labels, scale = ctx.saved
        return kernels.softmax_cross_entropy_backward(probabilities, labels, grad * scale), None, None

    @staticmethod
    def samples() -> Iterable[Sample]:
        labels = np.array([0, 2, 1, 2])
        yield Sample((draw(4, 3), labels, np.array(0.25)), differentiable=(True, False, False))
        yield Sample((draw(4, 3), labels, np.array([0.1, 0.2, 0.0, 0.7])), differentiable=(True, False, False))


@register("function", "soft_cross_entropy")
class SoftCrossEntropy(Function):
    """`L = −Σ_nk q_nk log softmax(z_n)_k`; `∂L/∂z_n = softmax(z_n) Σ_k q_nk − q_n`; rows of q may sum to anything.

    logits: (N, K), targets q: (N, K), hidden: rows with targets of 0, whose logits may be NaN, (N,) or None -> ()
    """

    @staticmethod
    def forward(
        ctx: Context, logits: np.ndarray, targets: np.ndarray, *, hidden: np.ndarray | None = None
    ) -> np.ndarray:
        log_probabilities = kernels.log_softmax(logits)
        if hidden is not None:
            log_probabilities[hidden] = 0
        ctx.save(log_probabilities, targets)
        loss: np.ndarray = -np.vdot(targets, log_probabilities)
        return loss

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray | None, ...]:
        log_probabilities, targets = ctx.saved
        return kernels.log_softmax_backward(targets * -grad, log_probabilities), None

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(4, 3), np.abs(draw(4, 3, seed=1))), differentiable=(True, False))


def softmax_cross_entropy(
    logits: Tensor,
    targets: np.ndarray,
    weights: np.ndarray | None = None,
    *,
    class_weights: np.ndarray | None = None,
    label_smoothing: float = 0.0,
    divisor: float | None = None,
) -> Tensor:
    """Return the mean cross-entropy over the examples, as defined by torch.nn.CrossEntropyLoss.

    For a label y, the loss of an example is `−Σ_k q_k log softmax(z)_k` with `q = (1 − ε) c_y onehot(y) + ε c / K`, and
    the mean is `Σ w ℓ / Σ w c_y`; for a distribution t, `q = c ((1 − ε) t + ε / K)` and the mean is `Σ w ℓ / Σ w`.
    Label smoothing ε is from Szegedy et al. 2016, arXiv:1512.00567.

    Args:
        logits: Logits z, (..., K).
        targets: Integer labels (...), or distributions over the classes (..., K) of floats.
        weights: Weight of each example w, (...); None for 1.
        class_weights: Weight of each class c, (K,); None for 1.
        label_smoothing: Label smoothing ε, in [0, 1).
        divisor: Divisor of the weighted sum; None for the sum of the weights. The mean of a batch whose weights are all
            0 is 0.

    Raises:
        IndexError: A label is not in 0 … K − 1.
        ValueError: The targets do not have the shape of labels or of distributions.
    """
    num_classes = logits.shape[-1]
    rows = logits if logits.ndim == 2 else logits.reshape(-1, num_classes)  # (..., K) -> (N, K)
    dtype = logits.dtype
    weights = None if weights is None else weights.reshape(-1)
    class_weights = None if class_weights is None else class_weights.astype(dtype, copy=False)
    soft = targets.dtype.kind == "f"
    if targets.shape != (logits.shape if soft else logits.shape[:-1]):
        raise ValueError(
            f"expected integer labels {logits.shape[:-1]} or distributions {logits.shape}, "
            f"got targets {targets.shape} of type {targets.dtype}"
        )
    targets = observed_targets(targets.reshape(rows.shape) if soft else targets.reshape(-1), weights)
    if not soft and (label_smoothing or class_weights is not None):
        check_labels(targets, num_classes)  # in the other cases the kernel checks them
    label_weights = None if soft or class_weights is None else class_weights[targets]
    if not soft and not label_smoothing:
        scale = mean_scale(targets.shape, dtype, weights, label_weights, divisor=divisor)
        return SoftmaxCrossEntropy.apply(rows, targets, scale)

    q = (targets if soft else _one_hot(targets, num_classes)) * (1 - label_smoothing) + label_smoothing / num_classes
    if class_weights is not None:
        q *= class_weights
    counts = np.ones(len(rows)) if weights is None else weights
    if divisor is None:
        divisor = (counts if label_weights is None else counts * label_weights).sum()
    q *= (counts / divisor)[:, None] if divisor else 0
    return SoftCrossEntropy.apply(rows, q.astype(dtype, copy=False), hidden=None if weights is None else weights == 0)


def _one_hot(labels: np.ndarray, num_classes: int) -> np.ndarray:
    """Return the one-hot vectors of labels, (N,) -> (N, K)."""
    one_hot: np.ndarray = np.eye(num_classes)[labels]
    return one_hot
