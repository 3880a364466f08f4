"""Transposed 2D convolution of images with channels last."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli import kernels
from dlcli.autograd import Context, Function, Sample, Tensor, draw
from dlcli.core import register
from dlcli.ops.conv2d import NO_PADDING, Pair, Sides


@register("function", "conv_transpose2d")
class ConvTranspose2D(Function):
    """`Y_ij += X W_ijᵀ (+ b)`: the gradient of `conv2d` with respect to its images (Zeiler et al. 2010, CVPR).

    Its gradients are therefore the convolution and the convolution's gradient with respect to its filters.

    x: (N, P, Q, C), weight: (f_h, f_w, K, C), bias: (K,) or None -> (N, H, W, K)
    """

    @staticmethod
    def forward(
        ctx: Context,
        x: np.ndarray,
        weight: np.ndarray,
        bias: np.ndarray | None,
        *,
        size: Pair,
        stride: Pair = (1, 1),
        padding: Sides = NO_PADDING,
    ) -> np.ndarray:
        ctx.geometry = (stride, padding)
        ctx.save(x, weight)
        y = kernels.conv2d_grad_input(x, weight, size, stride, padding)
        if bias is not None:
            y += bias
        return y

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray | None, ...]:
        x, weight = ctx.saved
        needs_x, needs_weight, needs_bias = ctx.needs_grad
        stride, padding = ctx.geometry
        return (
            kernels.conv2d(grad, weight, None, stride, padding) if needs_x else None,
            kernels.conv2d_grad_weight(grad, x, weight.shape[:2], stride, padding, out=ctx.out(1))
            if needs_weight
            else None,
            kernels.conv2d_grad_bias(grad, out=ctx.out(2)) if needs_bias else None,
        )

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(2, 3, 4, 3), draw(3, 3, 2, 3, seed=1), draw(2, seed=2)), {"size": (5, 6)})
        yield Sample(
            (draw(1, 3, 2, 2), draw(3, 2, 3, 2, seed=1), None),
            {"size": (6, 5), "stride": (2, 3), "padding": ((1, 1), (0, 0))},
        )


def conv_transpose2d(
    x: Tensor | np.ndarray,
    weight: Tensor,
    bias: Tensor | None = None,
    *,
    size: Pair,
    stride: Pair = (1, 1),
    padding: Sides = NO_PADDING,
) -> Tensor:
    """Apply a transposed convolution, the gradient of a convolution with respect to its images.

    Args:
        x: Images, (N, P, Q, C).
        weight: Filters, (f_h, f_w, K, C).
        bias: Bias of each filter, (K,), or None.
        size: Height and width of the output, (H, W), such that its `conv2d` has the size (P, Q).
        stride: Distance in the output between neighboring pixels of x, (vertical, horizontal).
        padding: Number of pixels removed from the output, ((top, bottom), (left, right)).
    """
    return ConvTranspose2D.apply(x, weight, bias, size=size, stride=stride, padding=padding)
