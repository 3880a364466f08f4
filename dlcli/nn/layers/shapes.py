"""Layers that only change or check the shape."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import ClassVar

from dlcli.autograd import Tensor
from dlcli.core import PositiveInt, register
from dlcli.nn.layer import Layer, LayerSample, Shape, ShapeError


@register("layer", "input")
class Input(Layer):
    """Identity that declares the input shape of the model.

    Args:
        shape: Shape of one example, checked against the data; null accepts any.
    """

    def __init__(self, *, shape: list[PositiveInt] | None = None) -> None:
        self.shape = shape

    def output_shape(self, *input_shapes: Shape) -> Shape:
        if self.shape is not None and tuple(self.shape) != input_shapes[0]:
            raise ShapeError(f"the model expects examples of shape {tuple(self.shape)}, got {input_shapes[0]}")
        return input_shapes[0]

    def forward(self, *inputs: Tensor) -> Tensor:
        return inputs[0]

    def flops(self, *input_shapes: Shape) -> int:  # noqa: ARG002
        return 0

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(shape=[3]), ((3,),))
        yield LayerSample(cls(), ((2, 3),))


@register("layer", "flatten")
class Flatten(Layer):
    """Flattening of each example: (H, W, C) -> (H·W·C,)."""

    preserves_time: ClassVar[bool] = False

    def output_shape(self, *input_shapes: Shape) -> Shape:
        return (math.prod(input_shapes[0]),)

    def forward(self, *inputs: Tensor) -> Tensor:
        return inputs[0].reshape(inputs[0].shape[0], math.prod(inputs[0].shape[1:]))

    def flops(self, *input_shapes: Shape) -> int:  # noqa: ARG002
        return 0

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(), ((2, 3),))


@register("layer", "reshape")
class Reshape(Layer):
    """Reshaping of each example.

    Args:
        shape: New shape of one example; one size may be −1 and is then inferred from the others.
    """

    preserves_time: ClassVar[bool] = False

    def __init__(self, *, shape: list[int]) -> None:
        self.shape = shape

    def output_shape(self, *input_shapes: Shape) -> Shape:
        total = math.prod(input_shapes[0])
        if self.shape.count(-1) > 1 or any(size < 1 and size != -1 for size in self.shape):
            raise ShapeError(f"expected sizes of at least 1, and at most one −1, got {tuple(self.shape)}")
        known = math.prod(size for size in self.shape if size != -1)
        if total % known or (-1 not in self.shape and total != known):
            raise ShapeError(
                f"cannot reshape {_product(input_shapes[0])} = {total} elements to {tuple(self.shape)}"
                f" ({_product(tuple(size for size in self.shape if size != -1))} = {known})"
            )
        return tuple(total // known if size == -1 else size for size in self.shape)

    def forward(self, *inputs: Tensor) -> Tensor:
        return inputs[0].reshape(inputs[0].shape[0], *self.output_shape(inputs[0].shape[1:]))

    def flops(self, *input_shapes: Shape) -> int:  # noqa: ARG002
        return 0

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(shape=[3, -1]), ((6,),))


def _product(shape: Shape) -> str:
    """Return a shape as a product, such as `4×6`."""
    return "×".join(str(size) for size in shape) or "1"
