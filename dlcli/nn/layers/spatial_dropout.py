"""Dropout of whole channels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import Rate, register
from dlcli.nn.layer import Layer, LayerSample, Shape, ShapeError


@register("layer", "spatial_dropout")
class SpatialDropout(Layer):
    """Spatial dropout: training zeroes whole channels with probability `rate` and divides the others by `1 − rate`.

    For images and sequences, whose neighboring values are strongly correlated (Tompson et al. 2015, arXiv:1411.4280).

    Args:
        rate: Dropout probability.
    """

    is_stochastic: ClassVar[bool] = True

    def __init__(self, *, rate: Rate) -> None:
        self.rate = rate

    def output_shape(self, *input_shapes: Shape) -> Shape:
        (shape,) = input_shapes
        if len(shape) < 2:
            raise ShapeError(f"spatial_dropout expects channels with several values, got {shape}; use dropout")
        return shape

    def forward(self, *inputs: Tensor) -> Tensor:
        if not self.training or self.rate == 0:
            return inputs[0]
        if self.generator is None:
            raise RuntimeError("spatial_dropout in training needs a generator, which Graph.build sets")
        return ops.spatial_dropout(inputs[0], self.rate, self.generator)

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(rate=0.4), ((2, 2, 3),))
        yield LayerSample(cls(rate=0.4), ((4, 3),))
