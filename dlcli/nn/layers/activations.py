"""Activations: layers without parameters that act elementwise or, for softmax, on the last axis."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import ClassVar

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import NonNegativeFloat, PositiveFloat, register
from dlcli.nn.layer import Layer, LayerSample


class Activation(Layer):
    """Base class of the activations, which keep the shape and have no parameters."""

    #: smallest and largest possible output
    output_range: ClassVar[tuple[float, float]] = (-math.inf, math.inf)

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(), ((2, 4),))


@register("layer", "identity")
class Identity(Activation):
    """Identity `x`: gives a name to a point in the graph."""

    def forward(self, *inputs: Tensor) -> Tensor:
        return inputs[0]


@register("layer", "relu")
class ReLU(Activation):
    """Rectified linear unit `max(x, 0)`."""

    output_range = (0.0, math.inf)

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.relu(inputs[0])


@register("layer", "leaky_relu")
class LeakyReLU(Activation):
    """Leaky ReLU: `x` if x > 0, else `slope · x`.

    Args:
        slope: Slope for negative x.
    """

    def __init__(self, *, slope: NonNegativeFloat = 0.01) -> None:
        self.slope = slope

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.leaky_relu(inputs[0], slope=self.slope)


@register("layer", "elu")
class ELU(Activation):
    """Exponential linear unit: `x` if x > 0, else `alpha · (exp(x) − 1)`.

    Args:
        alpha: Negative of the limit for x → −∞.
    """

    def __init__(self, *, alpha: PositiveFloat = 1.0) -> None:
        self.alpha = alpha

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.elu(inputs[0], alpha=self.alpha)


@register("layer", "gelu")
class GELU(Activation):
    """Gaussian error linear unit `x Φ(x)`, where Φ is the standard normal CDF.

    Args:
        approximate: Whether to use the tanh approximation `x/2 (1 + tanh(√(2/π) (x + 0.044715 x³)))`.
    """

    def __init__(self, *, approximate: bool = False) -> None:
        self.approximate = approximate

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.gelu_tanh(inputs[0]) if self.approximate else ops.gelu(inputs[0])


@register("layer", "silu")
class SiLU(Activation):
    """Sigmoid linear unit `x σ(x)`, also called swish."""

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.silu(inputs[0])


@register("layer", "sigmoid")
class Sigmoid(Activation):
    """Logistic sigmoid `1 / (1 + exp(−x))`."""

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
    """Softplus `log(1 + exp(x))`."""

    output_range = (0.0, math.inf)

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.softplus(inputs[0])


@register("layer", "softmax")
class Softmax(Activation):
    """Softmax `exp(x_k) / Σ_j exp(x_j)` over the last axis; not needed before a loss that takes logits."""

    output_range = (0.0, 1.0)

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.softmax(inputs[0])
