"""Local response normalization."""

from __future__ import annotations

import math
from collections.abc import Iterable

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import NonNegativeFloat, PositiveFloat, PositiveInt, register
from dlcli.nn.layer import Layer, LayerSample, Shape, ShapeError


@register("layer", "local_response_norm")
class LocalResponseNorm(Layer):
    """Local response normalization: each channel is divided by `(k + α/size Σ x²)^β` over its neighboring channels.

    AlexNet's normalization (Krizhevsky et al. 2012, ImageNet classification with deep convolutional neural networks,
    section 3.3), where α is not divided by the size: `alpha: 1e-4` here is 2e-5 there.

    Args:
        size: Number of neighboring channels, including the channel itself.
        alpha: Weight of their mean square, α.
        beta: Exponent, β.
        k: Constant added to the weighted mean square.
    """

    def __init__(
        self,
        *,
        size: PositiveInt = 5,
        alpha: NonNegativeFloat = 1e-4,
        beta: NonNegativeFloat = 0.75,
        k: PositiveFloat = 2.0,
    ) -> None:
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def output_shape(self, *input_shapes: Shape) -> Shape:
        if not input_shapes[0]:
            raise ShapeError("local_response_norm expects an input with channels, got scalars of shape ()")
        return input_shapes[0]

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.local_response_norm(inputs[0], size=self.size, alpha=self.alpha, beta=self.beta, k=self.k)

    def flops(self, *input_shapes: Shape) -> int:
        return (self.size + 4) * math.prod(input_shapes[0])  # squares, their sum, α and k, power, product

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(alpha=0.5), ((2, 2, 7),))
        yield LayerSample(cls(size=4, alpha=1.0, beta=1.0, k=1.0), ((3,),))
