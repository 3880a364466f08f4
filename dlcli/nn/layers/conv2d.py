"""Convolution of images."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import ClassVar

import numpy as np
from numpy.typing import DTypeLike

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import PositiveInt, name_of, register
from dlcli.nn.initializers import HeNormal, Initializer, initial_weights
from dlcli.nn.layer import Layer, LayerSample, Shape, ShapeError
from dlcli.nn.layers.activations import ReLU
from dlcli.nn.layers.geometry import Padding, Size, image_shape, output_size, pair, sides
from dlcli.nn.parameter import Parameter


class Convolution(Layer):
    """Base class of the convolutions; subclasses derive the numbers of filters and groups from the input's channels."""

    preserves_time: ClassVar[bool] = False

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        *,
        kernel_size: Size,
        stride: Size,
        padding: Padding,
        dilation: Size,
        use_bias: bool,
        trainable: bool,
        initializer: Initializer | None,
    ) -> None:
        self.kernel_size = pair(kernel_size)
        self.stride = pair(stride)
        self.padding = padding
        self.dilation = pair(dilation)
        self.use_bias = use_bias
        self.trainable = trainable
        self.initializer = initializer or HeNormal()

    def filters_and_groups(self, channels: int) -> tuple[int, int]:
        """Return the number of output channels and of groups for a number of input channels.

        Raises:
            ShapeError: The channels or filters are not divisible into the groups.
        """
        raise NotImplementedError

    def output_shape(self, *input_shapes: Shape) -> Shape:
        height, width, channels = image_shape(input_shapes[0], name_of("layer", type(self)))
        filters, _ = self.filters_and_groups(channels)
        size = output_size((height, width), self.kernel_size, self.stride, self.padding, self.dilation)
        return (*size, filters)

    def build(self, *input_shapes: Shape, generator: np.random.Generator, dtype: DTypeLike) -> None:
        channels = input_shapes[0][-1]
        filters, self.groups = self.filters_and_groups(channels)
        kernel_area = self.kernel_size[0] * self.kernel_size[1]
        weight = initial_weights(
            self.initializer,
            (*self.kernel_size, channels // self.groups, filters),
            fan_in=kernel_area * channels // self.groups,
            fan_out=kernel_area * filters // self.groups,
            generator=generator,
            dtype=dtype,
        )
        self.weight = Parameter(weight)
        self.bias = Parameter(np.zeros(filters, dtype), decay=False) if self.use_bias else None
        for parameter in self.parameters().values():
            parameter.trainable = self.trainable

    def forward(self, *inputs: Tensor) -> Tensor:
        return self._convolve(inputs[0])

    def fuse_with(self, *layers: Layer) -> Callable[..., Tensor] | None:
        return partial(self._convolve, relu=True) if [type(layer) for layer in layers] == [ReLU] else None

    def _convolve(self, x: Tensor, *, relu: bool = False) -> Tensor:
        return ops.conv2d(
            x,
            self.weight,
            self.bias,
            stride=self.stride,
            padding=sides(self.padding, x.shape[1:3], self.kernel_size, self.stride, self.dilation),
            dilation=self.dilation,
            groups=self.groups,
            relu=relu,
        )

    def flops(self, *input_shapes: Shape) -> int:
        channels = input_shapes[0][-1]
        height, width, filters = self.output_shape(*input_shapes)
        _, groups = self.filters_and_groups(channels)
        terms = self.kernel_size[0] * self.kernel_size[1] * channels // groups
        return height * width * filters * (2 * terms + self.use_bias)


@register("layer", "conv2d")
class Conv2D(Convolution):
    """2D convolution: (H, W, C) -> (⌊(H+2p−f)/s+1⌋, ⌊(W+2p−f)/s+1⌋, filters).

    LeCun et al. 1989, Backpropagation applied to handwritten zip code recognition. A 1×1 convolution is a linear
    layer at every pixel. `padding: same` gives ⌈n/s⌉ outputs for n pixels: it pads both sides equally, with an odd
    zero at the bottom or right.

    Args:
        filters: Number of filters, the channels of the output.
        kernel_size: Size of a filter in pixels, [height, width] or one number for both.
        stride: Distance in the input between neighboring output pixels, [vertical, horizontal] or one number for both.
        padding: Zero padding: valid (none), same, the number of zeros on every side, or [[top, bottom], [left, right]].
        dilation: Spacing of the kernel positions in pixels, [vertical, horizontal] or one number for both.
        groups: Number of groups of channels, each with separate filters.
        use_bias: Whether to add a bias to each channel; redundant directly before batch_norm.
        trainable: Whether filters and bias are trained; false keeps their initial values, such as an edge filter.
        initializer: Initializer of the filters (the bias starts at 0); null means he_normal.
    """

    def __init__(
        self,
        *,
        filters: PositiveInt,
        kernel_size: Size,
        stride: Size = 1,
        padding: Padding = "valid",
        dilation: Size = 1,
        groups: PositiveInt = 1,
        use_bias: bool = True,
        trainable: bool = True,
        initializer: Initializer | None = None,
    ) -> None:
        super().__init__(
            kernel_size=kernel_size,
            stride=stride,
            padding=padding,
            dilation=dilation,
            use_bias=use_bias,
            trainable=trainable,
            initializer=initializer,
        )
        self.filters = filters
        self.groups = groups

    def filters_and_groups(self, channels: int) -> tuple[int, int]:
        for count, what in ((channels, "channels of the input"), (self.filters, "filters")):
            if count % self.groups:
                raise ShapeError(
                    f"{count} {what} are not divisible into {self.groups} groups: {count} mod {self.groups} ="
                    f" {count % self.groups}"
                )
        return self.filters, self.groups

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(filters=2, kernel_size=3), ((4, 5, 2),))
        yield LayerSample(cls(filters=4, kernel_size=[2, 3], stride=2, padding="same", groups=2), ((4, 3, 2),))
        yield LayerSample(
            cls(filters=1, kernel_size=2, padding=[[1, 0], [0, 2]], dilation=[1, 2], use_bias=False), ((3, 3, 1),)
        )
