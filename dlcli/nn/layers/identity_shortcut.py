"""A shortcut without parameters to fewer pixels and more channels."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import PositiveInt, register
from dlcli.nn.layer import Layer, LayerSample, Shape, ShapeError


@register("layer", "identity_shortcut")
class IdentityShortcut(Layer):
    """Every `stride`-th pixel, with channels of zeros behind the others: (H, W, C) -> (⌈H/s⌉, ⌈W/s⌉, channels).

    Option A for residual blocks that change the size (He et al. 2016, arXiv:1512.03385, section 3.3).

    Args:
        channels: of the result, at least those of the input.
        stride: pixels between those that are kept.
    """

    def __init__(self, *, channels: PositiveInt, stride: PositiveInt = 2) -> None:
        self.channels = channels
        self.stride = stride

    def output_shape(self, *input_shapes: Shape) -> Shape:
        (shape,) = input_shapes
        if len(shape) != 3:
            raise ShapeError(f"identity_shortcut needs images (H, W, C), got {shape}")
        if shape[2] > self.channels:
            raise ShapeError(f"channels is {self.channels}, fewer than the {shape[2]} of the input")
        return -(-shape[0] // self.stride), -(-shape[1] // self.stride), self.channels

    def forward(self, *inputs: Tensor) -> Tensor:
        (x,) = inputs
        kept = x if self.stride == 1 else x[:, :: self.stride, :: self.stride]
        added = self.channels - x.shape[3]
        return ops.concat([kept, Tensor(np.zeros((*kept.shape[:3], added), x.dtype))]) if added else kept

    def flops(self, *input_shapes: Shape) -> int:  # noqa: ARG002
        return 0

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(channels=5), ((3, 4, 2),))
        yield LayerSample(cls(channels=3, stride=1), ((2, 2, 3),))
