"""Shortcut without parameters to fewer pixels and more channels."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import PositiveInt, register
from dlcli.nn.layer import Layer, LayerSample, Shape, ShapeError


@register("layer", "identity_shortcut")
class IdentityShortcut(Layer):
    """Every `stride`-th pixel, padded with zero channels: (H, W, C) -> (⌈H/s⌉, ⌈W/s⌉, channels).

    Option A for residual blocks that change the size (He et al. 2016, arXiv:1512.03385, section 3.3).

    Args:
        channels: Number of channels of the output, at least that of the input.
        stride: Distance between the pixels that are kept.
    """

    def __init__(self, *, channels: PositiveInt, stride: PositiveInt = 2) -> None:
        self.channels = channels
        self.stride = stride

    def output_shape(self, *input_shapes: Shape) -> Shape:
        (shape,) = input_shapes
        if len(shape) != 3:
            raise ShapeError(f"identity_shortcut expects images (height, width, channels), got {shape}")
        if shape[2] > self.channels:
            raise ShapeError(f"expected at least the {shape[2]} channels of the input, got channels: {self.channels}")
        return -(-shape[0] // self.stride), -(-shape[1] // self.stride), self.channels

    def forward(self, *inputs: Tensor) -> Tensor:
        (x,) = inputs
        y = x if self.stride == 1 else x[:, :: self.stride, :: self.stride]
        missing = self.channels - x.shape[3]
        return ops.concat([y, Tensor(np.zeros((*y.shape[:3], missing), x.dtype))]) if missing else y

    def flops(self, *input_shapes: Shape) -> int:  # noqa: ARG002
        return 0

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(channels=5), ((3, 4, 2),))
        yield LayerSample(cls(channels=3, stride=1), ((2, 2, 3),))
