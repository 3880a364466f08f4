"""Upsampling of images."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import register
from dlcli.nn.layer import Layer, LayerSample, Shape
from dlcli.nn.layers.geometry import Size, image_shape, pair


@register("layer", "upsample2d")
class Upsample2D(Layer):
    """Upsampling of images by integer factors: (H, W, C) -> (f·H, f·W, C).

    Args:
        factor: Upsampling factor, [vertical, horizontal] or one number for both.
        mode: Interpolation: nearest repeats every pixel, bilinear interpolates between the centers of the pixels.
    """

    preserves_time: ClassVar[bool] = False

    def __init__(self, *, factor: Size = 2, mode: Literal["nearest", "bilinear"] = "nearest") -> None:
        self.factor = pair(factor)
        self.mode = mode

    def output_shape(self, *input_shapes: Shape) -> Shape:
        height, width, channels = image_shape(input_shapes[0], "upsample2d")
        return (height * self.factor[0], width * self.factor[1], channels)

    def forward(self, *inputs: Tensor) -> Tensor:
        upsample = ops.upsample_nearest2d if self.mode == "nearest" else ops.upsample_bilinear2d
        return upsample(inputs[0], self.factor)

    def flops(self, *input_shapes: Shape) -> int:
        if self.mode == "nearest":
            return 0
        height, width, channels = self.output_shape(*input_shapes)
        old_width = input_shapes[0][1]
        return 4 * height * (old_width + width) * channels  # interpolate between two rows, then between two columns

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(), ((2, 3, 2),))
        yield LayerSample(cls(factor=[2, 3], mode="bilinear"), ((3, 2, 1),))
