"""Pooling of images: maximum or average over windows, per channel."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import ClassVar

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import name_of, register
from dlcli.kernels import Sides
from dlcli.nn.layer import Layer, LayerSample, Shape, ShapeError
from dlcli.nn.layers.geometry import AXES, Padding, Size, image_shape, output_size, pair, sides


class Pooling(Layer):
    """Base class of the poolings over sliding windows."""

    preserves_time: ClassVar[bool] = False

    #: whether the output size is rounded up, so that a last window may extend over the edge
    ceil = False

    def __init__(self, *, window: Size = 2, stride: Size | None = None, padding: Padding = "valid") -> None:
        self.window = pair(window)
        self.stride = pair(window if stride is None else stride)
        self.padding = padding

    def output_shape(self, *input_shapes: Shape) -> Shape:
        height, width, channels = image_shape(input_shapes[0], name_of("layer", type(self)))
        padding_sides = self._sides((height, width))
        for name, padding, window in zip(AXES, padding_sides, self.window, strict=True):
            if max(padding) >= window:
                raise ShapeError(
                    f"expected padding below the window's {name} {window}, got {padding[0]} and {padding[1]}:"
                    " windows would lie outside the image"
                )
        explicit = [list(side) for side in padding_sides]
        return (*output_size((height, width), self.window, self.stride, explicit), channels)

    def _sides(self, size: tuple[int, ...]) -> Sides:
        """Return the padding of images of `size`, extended for the last windows if `ceil`."""
        padding = sides(self.padding, size, self.window, self.stride)
        if not self.ceil:
            return padding
        bottom, right = (
            _ceil_padding(*arguments) for arguments in zip(size, self.window, self.stride, padding, strict=True)
        )
        (top, _), (left, _) = padding
        return (top, bottom), (left, right)

    def flops(self, *input_shapes: Shape) -> int:
        return math.prod(self.output_shape(*input_shapes)) * math.prod(self.window)

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(), ((4, 5, 2),))
        yield LayerSample(cls(window=[3, 2], stride=[2, 1], padding="same"), ((3, 3, 1),))


@register("layer", "max_pool2d")
class MaxPool2D(Pooling):
    """Max pooling: (H, W, C) -> (⌊(H+2p−f)/s+1⌋, ⌊(W+2p−f)/s+1⌋, C).

    Padding is never the maximum. `padding: same` gives ⌈n/s⌉ outputs for n pixels, as in conv2d.

    Args:
        window: Size of a window in pixels, [height, width] or one number for both.
        stride: Distance between windows, [vertical, horizontal] or one number for both; null means the window size.
        padding: Padding: valid (none), same, the number of pixels on every side, or [[top, bottom], [left, right]].
        ceil: Whether to round the output size up: remaining pixels get a last window that extends over the edge.
    """

    def __init__(
        self, *, window: Size = 2, stride: Size | None = None, padding: Padding = "valid", ceil: bool = False
    ) -> None:
        super().__init__(window=window, stride=stride, padding=padding)
        self.ceil = ceil

    def forward(self, *inputs: Tensor) -> Tensor:
        padding = self._sides(inputs[0].shape[1:3])
        return ops.max_pool2d(inputs[0], window=self.window, stride=self.stride, padding=padding)

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield from super().samples()
        yield LayerSample(cls(window=3, stride=2, ceil=True), ((4, 4, 1),))


@register("layer", "average_pool2d")
class AveragePool2D(Pooling):
    """Average pooling: (H, W, C) -> (⌊(H+2p−f)/s+1⌋, ⌊(W+2p−f)/s+1⌋, C).

    Averages exclude the padding. `padding: same` gives ⌈n/s⌉ outputs for n pixels, as in conv2d.

    Args:
        window: Size of a window in pixels, [height, width] or one number for both.
        stride: Distance between windows, [vertical, horizontal] or one number for both; null means the window size.
        padding: Padding: valid (none), same, the number of pixels on every side, or [[top, bottom], [left, right]].
    """

    def forward(self, *inputs: Tensor) -> Tensor:
        padding = self._sides(inputs[0].shape[1:3])
        return ops.average_pool2d(inputs[0], window=self.window, stride=self.stride, padding=padding)


class GlobalPooling(Layer):
    """Base class of the poolings over the whole image."""

    preserves_time: ClassVar[bool] = False

    def output_shape(self, *input_shapes: Shape) -> Shape:
        return (image_shape(input_shapes[0], name_of("layer", type(self)))[-1],)

    def flops(self, *input_shapes: Shape) -> int:
        return math.prod(input_shapes[0])

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(), ((3, 2, 2),))


@register("layer", "global_average_pool2d")
class GlobalAveragePool2D(GlobalPooling):
    """Global average pooling: (H, W, C) -> (C,) (Lin et al. 2014, arXiv:1312.4400)."""

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.global_average_pool2d(inputs[0])


@register("layer", "global_max_pool2d")
class GlobalMaxPool2D(GlobalPooling):
    """Global max pooling: (H, W, C) -> (C,)."""

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.global_max_pool2d(inputs[0])


class AdaptivePooling(Layer):
    """Base class of the poolings to a fixed output size."""

    preserves_time: ClassVar[bool] = False

    def __init__(self, *, size: Size) -> None:
        self.size = pair(size)

    def output_shape(self, *input_shapes: Shape) -> Shape:
        return (*self.size, image_shape(input_shapes[0], name_of("layer", type(self)))[-1])

    def flops(self, *input_shapes: Shape) -> int:
        height, width, channels = input_shapes[0]
        rows, columns = (
            sum(-(-(i + 1) * n // m) - i * n // m for i in range(m))
            for n, m in zip((height, width), self.size, strict=True)
        )
        return rows * columns * channels

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(size=2), ((4, 2, 2),))
        yield LayerSample(cls(size=[2, 3]), ((3, 5, 1),))


@register("layer", "adaptive_average_pool2d")
class AdaptiveAveragePool2D(AdaptivePooling):
    """Adaptive average pooling to a fixed output size: (H, W, C) -> (*size, C).

    Output row i of m covers the input rows from ⌊i·H/m⌋ to ⌈(i+1)·H/m⌉ (exclusive), as in PyTorch.

    Args:
        size: Size of the output, [height, width] or one number for both.
    """

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.adaptive_average_pool2d(inputs[0], self.size)


@register("layer", "adaptive_max_pool2d")
class AdaptiveMaxPool2D(AdaptivePooling):
    """Adaptive max pooling to a fixed output size: (H, W, C) -> (*size, C).

    Output row i of m covers the input rows from ⌊i·H/m⌋ to ⌈(i+1)·H/m⌉ (exclusive), as in PyTorch.

    Args:
        size: Size of the output, [height, width] or one number for both.
    """

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.adaptive_max_pool2d(inputs[0], self.size)


def _ceil_padding(n: int, f: int, s: int, padding: tuple[int, int]) -> int:
    """Return the padding after n pixels for an output size that is rounded up.

    As in PyTorch, the last window must start before the end of the image and its padding on the left.
    """
    before, after = padding
    windows = -(-(n + before + after - f) // s) + 1
    if (windows - 1) * s >= n + before:
        windows -= 1
    return max(after, (windows - 1) * s + f - n - before)
