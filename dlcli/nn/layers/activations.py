"""Activations: layers without parameters that act on each number or, for softmax, on the last axis."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import ClassVar

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import NonNegativeFloat, PositiveFloat, register
from dlcli.nn.layer import Layer, LayerSample


class Activation(Layer):
    """Base of the activations: they keep the shape, and have no parameters to create."""

    #: the smallest and the largest value that can come out
    output_range: ClassVar[tuple[float, float]] = (-math.inf, math.inf)

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(), ((2, 4),))


@register("layer", "identity")
class Identity(Activation):
    """`x`: a name for a place in the graph."""

    def forward(self, *inputs: Tensor) -> Tensor:
        return inputs[0]


@register("layer", "relu")
class ReLU(Activation):
    """`max(x, 0)`."""

    output_range = (0.0, math.inf)

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.relu(inputs[0])


@register("layer", "leaky_relu")
class LeakyReLU(Activation):
    """`x` where x > 0, else `slope · x`.

    Args:
        slope: slope for negative x.
    """

    def __init__(self, *, slope: NonNegativeFloat = 0.01) -> None:
        self.slope = slope

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.leaky_relu(inputs[0], slope=self.slope)


@register("layer", "elu")
class ELU(Activation):
    """`x` where x > 0, else `alpha · (exp(x) − 1)`.

    Args:
        alpha: the value approached for very negative x is −alpha.
    """

    def __init__(self, *, alpha: PositiveFloat = 1.0) -> None:
        self.alpha = alpha

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.elu(inputs[0], alpha=self.alpha)


@register("layer", "gelu")
class GELU(Activation):
    """`x Φ(x)`, Φ the normal distribution function.

    Args:
        approximate: use the tanh form `x/2 (1 + tanh(√(2/π) (x + 0.044715 x³)))`.
    """

    def __init__(self, *, approximate: bool = False) -> None:
        self.approximate = approximate

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.gelu_tanh(inputs[0]) if self.approximate else ops.gelu(inputs[0])


@register("layer", "silu")
class SiLU(Activation):
    """`x σ(x)`, also called swish."""

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.silu(inputs[0])


@register("layer", "sigmoid")
class Sigmoid(Activation):
    """`1 / (1 + exp(−x))`."""

    output_range = (0.0, 1.0)

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.sigmoid(inputs[0])


@register("layer", "tanh")
class Tanh(Activation):
    """Hyperbolic tangent."""

    output_range = (-1.0, 1.0)

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.tanh(inputs[0])


@register("layer", "softplus")
class Softplus(Activation):
    """`log(1 + exp(x))`."""

    output_range = (0.0, math.inf)

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.softplus(inputs[0])


@register("layer", "softmax")
class Softmax(Activation):
    """`exp(x_k) / Σ_j exp(x_j)` over the last axis; not before a loss from logits, which has its own."""

    output_range = (0.0, 1.0)

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.softmax(inputs[0])
