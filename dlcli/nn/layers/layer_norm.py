"""Layer normalization."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import DTypeLike

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import PositiveFloat, register
from dlcli.nn.layer import Layer, LayerSample, Shape, ShapeError
from dlcli.nn.parameter import Parameter


@register("layer", "layer_norm")
class LayerNorm(Layer):
    """Layer normalization: the last axis of every example gets the mean β and the standard deviation γ, both trained.

    Each pixel of an image and each step of a sequence is normalized over its channels, independently of the batch and
    equally in training and evaluation (Ba et al. 2016, arXiv:1607.06450).

    Args:
        epsilon: Small constant added to the variance, ε.
    """

    gamma: Parameter
    beta: Parameter

    def __init__(self, *, epsilon: PositiveFloat = 1e-5) -> None:
        self.epsilon = epsilon

    def output_shape(self, *input_shapes: Shape) -> Shape:
        if not input_shapes[0]:
            raise ShapeError("layer_norm expects an input with channels, got scalars of shape ()")
        return input_shapes[0]

    def build(self, *input_shapes: Shape, generator: np.random.Generator, dtype: DTypeLike) -> None:  # noqa: ARG002
        channels = input_shapes[0][-1]
        self.gamma = Parameter(np.ones(channels, dtype), decay=False)
        self.beta = Parameter(np.zeros(channels, dtype), decay=False)

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.layer_norm(inputs[0], self.gamma, self.beta, epsilon=self.epsilon)

    def flops(self, *input_shapes: Shape) -> int:
        return 7 * super().flops(*input_shapes)  # mean 1, variance 3, division 1, scale and shift 2

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(), ((4,),))
        yield LayerSample(cls(epsilon=1e-2), ((2, 2, 3),))
