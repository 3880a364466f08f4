"""Fully connected layer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import numpy as np
from numpy.typing import DTypeLike

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import PositiveInt, register
from dlcli.kernels import Activation
from dlcli.nn.initializers import HeNormal, Initializer, initial_weights
from dlcli.nn.layer import Layer, LayerSample, Shape, ShapeError
from dlcli.nn.layers.activations import ReLU, Sigmoid, Tanh
from dlcli.nn.parameter import Parameter

#: activations that are computed in the same kernel as the product
FUSED: dict[type[Layer], Activation] = {ReLU: "relu", Sigmoid: "sigmoid", Tanh: "tanh"}


@register("layer", "linear")
class Linear(Layer):
    """Fully connected layer `y = x W + b` over the last axis: (…, D) -> (…, units).

    Args:
        units: Number of outputs.
        use_bias: Whether to add b; redundant directly before batch_norm.
        initializer: Initializer of W (b starts at 0); null means he_normal.
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(self, *, units: PositiveInt, use_bias: bool = True, initializer: Initializer | None = None) -> None:
        self.units = units
        self.use_bias = use_bias
        self.initializer = initializer or HeNormal()

    def output_shape(self, *input_shapes: Shape) -> Shape:
        (shape,) = input_shapes
        if not shape:
            raise ShapeError("linear expects an input with features, got scalars of shape ()")
        return (*shape[:-1], self.units)

    def build(self, *input_shapes: Shape, generator: np.random.Generator, dtype: DTypeLike) -> None:
        features = input_shapes[0][-1]
        weight = initial_weights(
            self.initializer,
            (features, self.units),
            fan_in=features,
            fan_out=self.units,
            generator=generator,
            dtype=dtype,
        )
        self.weight = Parameter(weight)
        self.bias = Parameter(np.zeros(self.units, dtype), decay=False) if self.use_bias else None

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.linear(inputs[0], self.weight, self.bias)

    def fuse_with(self, *layers: Layer) -> Callable[..., Tensor] | None:
        activation = FUSED.get(type(layers[0])) if len(layers) == 1 else None
        return None if activation is None else partial(self._forward_with, activation=activation)

    def _forward_with(self, x: Tensor, activation: Activation) -> Tensor:
        return ops.linear(x, self.weight, self.bias, activation=activation)

    def flops(self, *input_shapes: Shape) -> int:
        (*positions, features) = input_shapes[0]
        return int(np.prod(positions, dtype=int)) * self.units * (2 * features + self.use_bias)

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(units=3), ((4,),))
        yield LayerSample(cls(units=2, use_bias=False), ((3, 4),))
