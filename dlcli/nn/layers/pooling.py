"""Pooling of images: the largest or the average value of each window, channel by channel."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import ClassVar

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import name_of, register
from dlcli.kernels import Sides
from dlcli.nn.layer import Layer, LayerSample, Shape, ShapeError
from dlcli.nn.layers.geometry import AXES, Padding, Size, image_shape, pair, result_size, sides


class Pooling(Layer):
    """Base of the poolings with a window that moves by a stride."""

    preserves_time: ClassVar[bool] = False

    #: whether a last window may hang over the edge
    ceil = False

    def __init__(self, *, window: Size = 2, stride: Size | None = None, padding: Padding = "valid") -> None:
        self.window = pair(window)
        self.stride = pair(window if stride is None else stride)
        self.padding = padding

    def output_shape(self, *input_shapes: Shape) -> Shape:
        height, width, channels = image_shape(input_shapes[0], name_of("layer", type(self)))
        around = self._sides((height, width))
        for name, padding, window in zip(AXES, around, self.window, strict=True):
            if max(padding) >= window:
                raise ShapeError(
                    f"padding is less than the window, or windows lie outside the image: {name} {window},"
                    f" padding {padding[0]} and {padding[1]}"
                )
        written = [list(each) for each in around]
        return (*result_size((height, width), self.window, self.stride, written), channels)

    def _sides(self, size: tuple[int, ...]) -> Sides:
        """The padding of images of `size`, with what the last windows need."""
        around = sides(self.padding, size, self.window, self.stride)
        if not self.ceil:
            return around
        (above, below), (left, right) = around
        below, right = (
            _up_to_the_last_window(*numbers)
            for numbers in zip(size, self.window, self.stride, ((above, below), (left, right)), strict=True)
        )
        return (above, below), (left, right)

    def flops(self, *input_shapes: Shape) -> int:
        return math.prod(self.output_shape(*input_shapes)) * math.prod(self.window)

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(), ((4, 5, 2),))
        yield LayerSample(cls(window=[3, 2], stride=[2, 1], padding="same"), ((3, 3, 1),))


@register("layer", "max_pool2d")
class MaxPool2D(Pooling):
    """The largest value of each window: (H, W, C) -> (⌊(H+2p−f)/s+1⌋, ⌊(W+2p−f)/s+1⌋, C).

    Padding is never the largest. `padding: same` gives ⌈n/s⌉ outputs for n pixels, as in conv2d.

    Args:
        window: pixels of a window, [height, width] or one number for both.
        stride: pixels from one window to the next, [down, across] or one number for both; null = the window.
        padding: valid (none), same, so many on every side, or [[above, below], [left, right]].
        ceil: whether pixels that are left below and right get a last window of their own, which hangs over the edge.
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
    """The average of each window: (H, W, C) -> (⌊(H+2p−f)/s+1⌋, ⌊(W+2p−f)/s+1⌋, C).

    Padding does not count. `padding: same` gives ⌈n/s⌉ outputs for n pixels, as in conv2d.

    Args:
        window: pixels of a window, [height, width] or one number for both.
        stride: pixels from one window to the next, [down, across] or one number for both; null = the window.
        padding: valid (none), same, so many on every side, or [[above, below], [left, right]].
    """

    def forward(self, *inputs: Tensor) -> Tensor:
        padding = self._sides(inputs[0].shape[1:3])
        return ops.average_pool2d(inputs[0], window=self.window, stride=self.stride, padding=padding)


class GlobalPooling(Layer):
    """Base of the poolings of a whole image."""

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
    """The average of each channel over the image: (H, W, C) -> (C,) (Lin et al. 2014, arXiv:1312.4400)."""

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.global_average_pool2d(inputs[0])


@register("layer", "global_max_pool2d")
class GlobalMaxPool2D(GlobalPooling):
    """The largest value of each channel over the image: (H, W, C) -> (C,)."""

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.global_max_pool2d(inputs[0])


class AdaptivePooling(Layer):
    """Base of the poolings whose windows follow from the size of the result."""

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
    """Averages for a result of a given size, whatever that of the image: (H, W, C) -> (*size, C).

    Row i of m is of the rows ⌊i·H/m⌋ … ⌈(i+1)·H/m⌉, as PyTorch has it.

    Args:
        size: of the result, [height, width] or one number for both.
    """

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.adaptive_average_pool2d(inputs[0], self.size)


@register("layer", "adaptive_max_pool2d")
class AdaptiveMaxPool2D(AdaptivePooling):
    """Maxima for a result of a given size, whatever that of the image: (H, W, C) -> (*size, C).

    Row i of m is of the rows ⌊i·H/m⌋ … ⌈(i+1)·H/m⌉, as PyTorch has it.

    Args:
        size: of the result, [height, width] or one number for both.
    """

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.adaptive_max_pool2d(inputs[0], self.size)


def _up_to_the_last_window(n: int, f: int, s: int, around: tuple[int, int]) -> int:
    """The padding after n pixels with which the last window ends, if it starts before the end of the image."""
    before, after = around
    windows = -(-(n + before + after - f) // s) + 1
    if (windows - 1) * s >= n + before:
        windows -= 1
    return max(after, (windows - 1) * s + f - n - before)
