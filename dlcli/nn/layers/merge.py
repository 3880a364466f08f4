"""Layers that merge several inputs."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from typing import ClassVar

import numpy as np

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import register
from dlcli.nn.layer import Layer, LayerSample, Shape, ShapeError


class Merge(Layer):
    """Base class of the elementwise merges of two or more inputs of equal shape."""

    num_inputs: ClassVar[int | None] = None
    combines_steps: ClassVar[bool] = True

    def output_shape(self, *input_shapes: Shape) -> Shape:
        _require_several(input_shapes)
        if len(set(input_shapes)) > 1:
            raise ShapeError(f"expected inputs of equal shape, got {' and '.join(map(str, input_shapes))}")
        return input_shapes[0]

    def flops(self, *input_shapes: Shape) -> int:
        return (len(input_shapes) - 1) * math.prod(input_shapes[0])

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(), ((3,), (3,)))
        yield LayerSample(cls(), ((2, 3), (2, 3), (2, 3)))


@register("layer", "add")
class Add(Merge):
    """Sum of two or more inputs of equal shape, such as a residual connection."""

    def forward(self, *inputs: Tensor) -> Tensor:
        return functools.reduce(ops.add, inputs)


@register("layer", "multiply")
class Multiply(Merge):
    """Elementwise product of two or more inputs of equal shape, such as a gate."""

    def forward(self, *inputs: Tensor) -> Tensor:
        return functools.reduce(ops.multiply, inputs)


@register("layer", "concat")
class Concat(Layer):
    """Concatenation of two or more inputs.

    Args:
        axis: Axis along which to concatenate, counted from 0 without the batch; −1 is the last (the channels).
    """

    num_inputs: ClassVar[int | None] = None
    combines_steps: ClassVar[bool] = True
    needs_lengths: ClassVar[bool] = True

    def __init__(self, *, axis: int = -1) -> None:
        self.axis = axis

    def output_shape(self, *input_shapes: Shape) -> Shape:
        _require_several(input_shapes)
        first = input_shapes[0]
        if not -len(first) <= self.axis < len(first):
            raise ShapeError(f"expected an axis of an input of shape {first}, got axis {self.axis}")
        axis = self.axis % len(first)
        others = {shape[:axis] + shape[axis + 1 :] for shape in input_shapes}
        if len(others) > 1 or len({len(shape) for shape in input_shapes}) > 1:
            raise ShapeError(
                f"expected inputs that differ only in axis {self.axis}, got {' and '.join(map(str, input_shapes))}"
            )
        return (*first[:axis], sum(shape[axis] for shape in input_shapes), *first[axis + 1 :])

    def forward(self, *inputs: Tensor, lengths: np.ndarray | None = None) -> Tensor:
        axis = self.axis if self.axis < 0 else self.axis + 1
        if lengths is not None and axis % inputs[0].ndim == 1:
            raise ShapeError("padded sequences cannot be concatenated along time: padding would be between their steps")
        return ops.concat(inputs, axis)

    def flops(self, *input_shapes: Shape) -> int:  # noqa: ARG002
        return 0

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(), ((3,), (2,)))
        yield LayerSample(cls(axis=0), ((1, 2), (3, 2), (2, 2)))


def _require_several(input_shapes: tuple[Shape, ...]) -> None:
    if len(input_shapes) < 2:
        raise ShapeError("expected two or more inputs, got one; set inputs: [previous, <name of a node>]")
