"""What a node of a model's graph does."""

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
    """A layer cannot take inputs of these shapes; the message has the shapes and the arithmetic."""


@dataclass(frozen=True)
class LayerSample:
    """A layer on which gradients are checked.

    Args:
        layer: not built yet.
        input_shapes: of its inputs, without the batch axis.
        num_tokens: the inputs are whole numbers below it; None for real numbers.
    """

    layer: Layer
    input_shapes: tuple[Shape, ...]
    num_tokens: int | None = None

    def draw_inputs(self, batch_size: int, generator: np.random.Generator, dtype: DTypeLike) -> list[np.ndarray]:
        """A batch to try the layer on: (batch_size, *shape) for each input."""
        shapes = [(batch_size, *shape) for shape in self.input_shapes]
        if self.num_tokens is not None:
            return [generator.integers(self.num_tokens, size=shape) for shape in shapes]
        return [generator.standard_normal(shape).astype(dtype) for shape in shapes]


class Layer(Module):
    """Base of every layer. Its keyword-only constructor parameters are its YAML options.

    A layer is told the shapes of its inputs once (`build`), and creates its parameters then.
    """

    registry_kind: ClassVar[str] = "layer"

    #: how many inputs it takes; None for one or more
    num_inputs: ClassVar[int | None] = 1

    #: whether `forward` takes `lengths=`: (N,) how many steps of each sequence of the first input are real, or None
    needs_lengths: ClassVar[bool] = False

    #: whether the steps of the result are those of the first input, whose lengths are then those of the result
    preserves_time: ClassVar[bool] = True

    #: whether it draws random numbers in training
    is_stochastic: ClassVar[bool] = False

    #: set by the graph for layers that draw random numbers in training
    generator: np.random.Generator | None = None

    def output_shape(self, *input_shapes: Shape) -> Shape:
        """Shape of the result, without the batch axis.

        Raises:
            ShapeError: the layer cannot take such inputs.
        """
        return input_shapes[0]

    def build(self, *input_shapes: Shape, generator: np.random.Generator, dtype: DTypeLike) -> None:
        """Create the parameters; a layer without any has nothing to do."""

    def forward(self, *inputs: Tensor) -> Tensor:
        """The result for a batch: every input has the batch axis first."""
        raise NotImplementedError

    def fuse_with(self, *layers: Layer) -> Callable[..., Tensor] | None:  # noqa: ARG002
        """`forward` of this layer and then of `layers`, one after the other, in one operation; None for none.

        The operation takes the inputs of this layer, then the further inputs of those that follow, and `lengths=`
        where one of them does. An operation for several layers needs one for fewer of them: they are joined one by one.
        """
        return None

    @property
    def changes_in_training(self) -> bool:
        """Whether training changes what it makes of the same inputs."""
        return not self.frozen and (self.is_stochastic or bool(self.state_dict()))

    def flops(self, *input_shapes: Shape) -> int:
        """Operations for one example, a multiply-add counted as 2; one per element unless a layer says otherwise."""
        return math.prod(self.output_shape(*input_shapes))

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        """Layers and input shapes on which the gradient check runs."""
        return ()
