"""Base class of the layers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import DTypeLike

from dlcli.autograd import Tensor
from dlcli.nn.module import Module

#: sizes of the axes after the batch axis
Shape: TypeAlias = tuple[int, ...]


class ShapeError(ValueError):
    """Error of a layer that does not accept its input shapes; the message contains the shapes and the formula."""


@dataclass(frozen=True)
class LayerSample:
    """A layer and input shapes for its gradient check.

    Args:
        layer: Layer that is not built yet.
        input_shapes: Shapes of its inputs, without the batch axis.
        num_tokens: Upper limit (exclusive) of integer inputs; None for floating-point inputs.
    """

    layer: Layer
    input_shapes: tuple[Shape, ...]
    num_tokens: int | None = None

    def draw_inputs(self, batch_size: int, generator: np.random.Generator, dtype: DTypeLike) -> list[np.ndarray]:
        """Draw a batch of inputs, (batch_size, *shape) each."""
        shapes = [(batch_size, *shape) for shape in self.input_shapes]
        if self.num_tokens is not None:
            return [generator.integers(self.num_tokens, size=shape) for shape in shapes]
        return [generator.standard_normal(shape).astype(dtype) for shape in shapes]


class Layer(Module):
    """Base class of the layers. The keyword-only constructor parameters of a layer are its YAML options.

    A layer creates its parameters when it gets the shapes of its inputs, in `build`.
    """

    registry_kind: ClassVar[str] = "layer"

    #: number of inputs; None for one or more
    num_inputs: ClassVar[int | None] = 1

    #: whether `forward` takes `lengths=`, the number of steps of each sequence of the first input without padding,
    #: (N,), or None; padded steps may hold anything and have no effect
    needs_lengths: ClassVar[bool] = False

    #: whether the output has the steps of the first input, and thus its lengths; a layer that neither preserves them
    #: nor takes the lengths is refused for sequences of different lengths
    preserves_time: ClassVar[bool] = True

    #: whether all inputs are combined step by step, so that they must have the same steps
    combines_steps: ClassVar[bool] = False

    #: whether the layer draws random values in training
    is_stochastic: ClassVar[bool] = False

    #: random generator for training, set by the graph
    generator: np.random.Generator | None = None

    def output_shape(self, *input_shapes: Shape) -> Shape:
        """Return the shape of the output, without the batch axis.

        Raises:
            ShapeError: The layer does not accept inputs of these shapes.
        """
        return input_shapes[0]

    def build(self, *input_shapes: Shape, generator: np.random.Generator, dtype: DTypeLike) -> None:
        """Create the parameters, if the layer has any."""

    def forward(self, *inputs: Tensor) -> Tensor:
        """Compute the output for a batch; the first axis of every input is the batch."""
        raise NotImplementedError

    def fuse_with(self, *layers: Layer) -> Callable[..., Tensor] | None:  # noqa: ARG002
        """Return one operation for this layer followed by `layers`; None if there is none.

        The operation takes the inputs of this layer, then the additional inputs of the following ones, and `lengths=`
        if one of them does. Layers are fused one by one: an operation for several layers requires one for each
        shorter chain.
        """
        return None

    @property
    def changes_in_training(self) -> bool:
        """Whether training changes the output for the same inputs."""
        return not self.frozen and (self.is_stochastic or bool(self.state_dict()))

    def flops(self, *input_shapes: Shape) -> int:
        """Return the number of operations for one example, with a multiply-add counted as 2.

        By default, it is one per element of the output.
        """
        return math.prod(self.output_shape(*input_shapes))

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        """Return layers and input shapes for the gradient check."""
        return ()
