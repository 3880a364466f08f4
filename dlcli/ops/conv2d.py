"""2D convolution of images with channels last."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli import kernels
from dlcli.autograd import Context, Function, Sample, Tensor, draw
from dlcli.core import register

Pair = tuple[int, int]
Sides = tuple[Pair, Pair]
NO_PADDING: Sides = ((0, 0), (0, 0))


@register("function", "conv2d")
class Conv2D(Function):
    """`Y = Σ_ij X_ij W_ij + b`, with X_ij the pixels under kernel position (i, j); then `max(Y, 0)` with `relu`.

    `∂L/∂X_ij += g W_ijᵀ`, `∂L/∂W_ij = X_ijᵀ g`, `∂L/∂b = Σ g`, with g = ∂L/∂Y (LeCun et al. 1989).

    x: (N, H, W, C), weight: (f_h, f_w, C/groups, K), bias: (K,) or None -> (N, P, Q, K)
    """

    @staticmethod
    def forward(
        ctx: Context,
        x: np.ndarray,
        weight: np.ndarray,
        bias: np.ndarray | None,
        *,
        stride: Pair = (1, 1),
        padding: Sides = NO_PADDING,
        dilation: Pair = (1, 1),
        groups: int = 1,
        relu: bool = False,
    ) -> np.ndarray:
        # ReLU in the same call: the result is written once, instead of being written, read and written again.
        y = kernels.conv2d(x, weight, bias, stride, padding, dilation, groups, relu)
        ctx.geometry = (stride, padding, dilation, groups)
        # backward only needs to know where y > 0
        ctx.save(x, weight, y if relu else None)
        return y

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray | None, ...]:
        x, weight, y = ctx.saved
        needs_x, needs_weight, needs_bias = ctx.needs_grad
        # first the gradient of max(y, 0); the others are those of a plain convolution
        if y is not None:
            grad = kernels.relu_backward(grad, y)
        stride, padding, dilation, groups = ctx.geometry
        return (
            kernels.conv2d_grad_input(grad, weight, x.shape[1:3], stride, padding, dilation, groups)
            if needs_x
            else None,
            kernels.conv2d_grad_weight(x, grad, weight.shape[:2], stride, padding, dilation, groups, out=ctx.out(1))
            if needs_weight
            else None,
            kernels.conv2d_grad_bias(grad, out=ctx.out(2)) if needs_bias else None,
        )

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(2, 4, 5, 3), draw(3, 3, 3, 2, seed=1), draw(2, seed=2)), {"padding": ((1, 1), (1, 1))})
        yield Sample((draw(2, 4, 3, 2), draw(2, 2, 2, 3, seed=1), draw(3, seed=2)), {"relu": True})
        yield Sample(
            (draw(1, 6, 7, 1), draw(2, 3, 1, 2, seed=1), None),
            {"stride": (2, 3), "padding": ((1, 0), (0, 2)), "dilation": (2, 1)},
        )
        yield Sample((draw(2, 4, 4, 4), draw(3, 2, 2, 6, seed=1), draw(6, seed=2)), {"groups": 2, "stride": (1, 2)})
        yield Sample((draw(1, 4, 4, 3), draw(3, 3, 1, 3, seed=1), draw(3, seed=2)), {"groups": 3})


def conv2d(
    x: Tensor | np.ndarray,
    weight: Tensor,
    bias: Tensor | None = None,
    *,
    stride: Pair = (1, 1),
    padding: Sides = NO_PADDING,
    dilation: Pair = (1, 1),
    groups: int = 1,
    relu: bool = False,
) -> Tensor:
    """Convolve images with filters (technically a cross-correlation, as usual in deep learning).

    Args:
        x: Images, (N, H, W, C).
        weight: Filters, (f_h, f_w, C/groups, K).
        bias: Bias of each filter, (K,), or None.
        stride: Distance in the input between neighboring output pixels, (vertical, horizontal).
        padding: Number of zeros around the images, ((top, bottom), (left, right)).
        dilation: Spacing of the kernel positions in pixels, (vertical, horizontal).
        groups: Number of groups of channels that are convolved separately; C for a depthwise convolution.
        relu: Whether to apply `max(y, 0)` in the same call.
    """
    return Conv2D.apply(x, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups, relu=relu)
