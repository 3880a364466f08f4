"""Layers that change the shape and nothing else."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import ClassVar

from dlcli.autograd import Tensor
from dlcli.core import PositiveInt, register
from dlcli.nn.layer import Layer, LayerSample, Shape, ShapeError


@register("layer", "input")
class Input(Layer):
    """Hands its input on; states the shape that the model expects.

    Args:
        shape: shape of one example, checked against the data; null accepts any.
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


@register("layer", "flatten")
class Flatten(Layer):
    """All axes of an example in one: (H, W, C) -> (H·W·C,)."""

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
    """The numbers of an example, in order, in another shape.

    Args:
        shape: shape of one example; one size may be −1, which takes what is left.
    """

    preserves_time: ClassVar[bool] = False

    def __init__(self, *, shape: list[int]) -> None:
        self.shape = shape

    def output_shape(self, *input_shapes: Shape) -> Shape:
        total = math.prod(input_shapes[0])
        if self.shape.count(-1) > 1 or any(size < 1 and size != -1 for size in self.shape):
            raise ShapeError(f"sizes are at least 1, one of them may be −1, got {tuple(self.shape)}")
        known = math.prod(size for size in self.shape if size != -1)
        if total % known or (-1 not in self.shape and total != known):
            raise ShapeError(
                f"{_product(input_shapes[0])} = {total} numbers do not fill {tuple(self.shape)}"
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
    """`4×6`."""
    return "×".join(str(size) for size in shape) or "1"
