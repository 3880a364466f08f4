"""Transposed convolution of images."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import ClassVar

import numpy as np
from numpy.typing import DTypeLike

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import NonNegativeInt, PositiveInt, register
from dlcli.kernels import Pair, Sides
from dlcli.nn.initializers import HeNormal, Initializer, initial_weights
from dlcli.nn.layer import Layer, LayerSample, Shape, ShapeError
from dlcli.nn.layers.geometry import AXES, Padding, Size, image_shape, pair, sides
from dlcli.nn.parameter import Parameter


@register("layer", "conv_transpose2d")
class ConvTranspose2D(Layer):
    """Transposed 2D convolution, to larger images: (H, W, C) -> ((H−1)s−2p+f, (W−1)s−2p+f, filters).

    Zeiler et al. 2010, Deconvolutional networks. `padding: same` gives n·s outputs for n pixels, the largest input
    size for which a convolution with `same` and this stride has n outputs.

    Args:
        filters: Number of filters, the channels of the output.
        kernel_size: Size of a filter in pixels, [height, width] or one number for both.
        stride: Distance in the output between neighboring input pixels, [vertical, horizontal] or one number for both.
        padding: Pixels removed from the output: valid (none), same, the number on every side, or
            [[top, bottom], [left, right]].
        output_padding: Rows added at the bottom and columns at the right, less than the stride; it selects one of the
            several input sizes that a convolution with a stride maps to the same output size.
        use_bias: Whether to add a bias to each channel; redundant directly before batch_norm.
        initializer: Initializer of the filters (the bias starts at 0); null means he_normal.
    """

    preserves_time: ClassVar[bool] = False

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        *,
        filters: PositiveInt,
        kernel_size: Size,
        stride: Size = 1,
        padding: Padding = "valid",
        output_padding: NonNegativeInt = 0,
        use_bias: bool = True,
        initializer: Initializer | None = None,
    ) -> None:
        self.filters = filters
        self.kernel_size = pair(kernel_size)
        self.stride = pair(stride)
        self.padding = padding
        self.output_padding = output_padding
        self.use_bias = use_bias
        self.initializer = initializer or HeNormal()

    def output_shape(self, *input_shapes: Shape) -> Shape:
        height, width, _ = image_shape(input_shapes[0], "conv_transpose2d")
        return (*self._output_size((height, width)), self.filters)

    def _output_size(self, size: tuple[int, ...]) -> Pair:
        """Return (height, width) of the output for images of `size`.

        Raises:
            ShapeError: The output would be empty, or the output padding is invalid.
        """
        if self.output_padding and self.output_padding >= min(self.stride):
            raise ShapeError(f"expected output_padding below the stride {self.stride}, got {self.output_padding}")
        if self.padding == "same":
            if self.output_padding:
                raise ShapeError("padding: same determines the output size; remove output_padding")
            return size[0] * self.stride[0], size[1] * self.stride[1]
        output = [0, 0]
        for axis, name in enumerate(AXES):
            n, s, f, (before, after) = size[axis], self.stride[axis], self.kernel_size[axis], self._sides(size)[axis]
            output[axis] = (n - 1) * s - before - after + f + self.output_padding
            if output[axis] < 1:
                terms = f"({n}−1)·{s}−({before}+{after})+{f}" + f"+{self.output_padding}" * bool(self.output_padding)
                raise ShapeError(f"the output would be empty: {name} (n−1)s−2p+f = {terms} = {output[axis]}")
        return output[0], output[1]

    def _sides(self, size: tuple[int, ...]) -> Sides:
        """Return the number of pixels removed from each side of the output for images of `size`."""
        full_size = tuple(n * s for n, s in zip(size, self.stride, strict=True))
        return sides(self.padding, full_size, self.kernel_size, self.stride)

    def build(self, *input_shapes: Shape, generator: np.random.Generator, dtype: DTypeLike) -> None:
        channels = input_shapes[0][-1]
        kernel_area = math.prod(self.kernel_size)
        weight = initial_weights(
            self.initializer,
            (*self.kernel_size, self.filters, channels),
            # only every s-th kernel position contributes to an output
            fan_in=max(1, kernel_area * channels // math.prod(self.stride)),
            fan_out=kernel_area * self.filters,
            generator=generator,
            dtype=dtype,
        )
        self.weight = Parameter(weight)
        self.bias = Parameter(np.zeros(self.filters, dtype), decay=False) if self.use_bias else None

    def forward(self, *inputs: Tensor) -> Tensor:
        (x,) = inputs
        size = x.shape[1:3]
        return ops.conv_transpose2d(
            x,
            self.weight,
            self.bias,
            size=self._output_size(size),
            stride=self.stride,
            padding=self._sides(size),
        )

    def flops(self, *input_shapes: Shape) -> int:
        products = math.prod(input_shapes[0]) * math.prod(self.kernel_size) * self.filters
        return 2 * products + self.use_bias * math.prod(self.output_shape(*input_shapes))

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(filters=2, kernel_size=3), ((2, 3, 2),))
        yield LayerSample(cls(filters=1, kernel_size=[3, 2], stride=2, padding="same", use_bias=False), ((2, 2, 2),))
        yield LayerSample(cls(filters=2, kernel_size=3, stride=2, padding=1, output_padding=1), ((2, 2, 1),))
