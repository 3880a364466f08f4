"""Layers that reduce a sequence to one vector."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import numpy as np

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import register
from dlcli.nn.layer import Layer, LayerSample, Shape, ShapeError
from dlcli.nn.padding import padding_mask


class OverTime(Layer):
    """Base class of the reductions of a sequence to one vector, ignoring padding: (T, D) -> (D,)."""

    needs_lengths: ClassVar[bool] = True
    preserves_time: ClassVar[bool] = False

    def output_shape(self, *input_shapes: Shape) -> Shape:
        if len(input_shapes[0]) != 2:
            raise ShapeError(f"expected sequences of vectors (T, D), got {input_shapes[0]}")
        return input_shapes[0][1:]

    def forward(self, *inputs: Tensor, lengths: np.ndarray | None = None) -> Tensor:
        raise NotImplementedError

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(), ((4, 3),))


@register("layer", "mean_over_time")
class MeanOverTime(OverTime):
    """Mean over the steps of a sequence, ignoring padding: (T, D) -> (D,)."""

    def forward(self, *inputs: Tensor, lengths: np.ndarray | None = None) -> Tensor:
        return ops.mean_over_time(inputs[0], padding_mask(lengths, inputs[0].shape[1]))

    def flops(self, *input_shapes: Shape) -> int:
        length, size = input_shapes[0]
        return length * size


@register("layer", "max_over_time")
class MaxOverTime(OverTime):
    """Maximum over the steps of a sequence, ignoring padding: (T, D) -> (D,)."""

    def forward(self, *inputs: Tensor, lengths: np.ndarray | None = None) -> Tensor:
        return ops.max_over_time(inputs[0], padding_mask(lengths, inputs[0].shape[1]))

    def flops(self, *input_shapes: Shape) -> int:
        length, size = input_shapes[0]
        return length * size


@register("layer", "last_step")
class LastStep(OverTime):
    """Last step of a sequence, ignoring padding: (T, D) -> (D,). After a recurrent layer, it is the final state.

    The two directions of a bidirectional layer end at different steps: forward at the last step, backward at the first.
    With `bidirectional`, each half of the vector is taken from the step at which its direction ends. A sequence without
    steps is refused; an empty text counts as one `<UNK>`.

    Args:
        bidirectional: Whether to take the second half of the vector from the first step, for a bidirectional layer.
    """

    def __init__(self, *, bidirectional: bool = False) -> None:
        self.bidirectional = bidirectional

    def output_shape(self, *input_shapes: Shape) -> Shape:
        shape = super().output_shape(*input_shapes)
        if self.bidirectional and shape[0] % 2:
            raise ShapeError(f"bidirectional expects vectors of even size, two equal halves, got size {shape[0]}")
        return shape

    def forward(self, *inputs: Tensor, lengths: np.ndarray | None = None) -> Tensor:
        x = inputs[0]  # (N, T, D)
        if lengths is not None and lengths.min(initial=1) < 1:
            raise ShapeError("last_step expects sequences of at least one step, got a length of 0")
        last = -1 if lengths is None else np.minimum(lengths, x.shape[1]) - 1
        rows = np.s_[:] if lengths is None else np.arange(len(x))
        if not self.bidirectional:
            return x[rows, last]
        half = x.shape[2] // 2
        return ops.concat([x[rows, last, :half], x[:, 0, half:]], axis=-1)

    def flops(self, *input_shapes: Shape) -> int:  # noqa: ARG002
        return 0

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(), ((4, 3),))
        yield LayerSample(cls(bidirectional=True), ((4, 6),))
