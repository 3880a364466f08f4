"""A second place where a model is judged in training."""

from __future__ import annotations

from collections.abc import Iterable

from dlcli.autograd import Tensor
from dlcli.core import PositiveFloat, register
from dlcli.nn.layer import Layer, LayerSample, Shape


@register("layer", "auxiliary_output")
class AuxiliaryOutput(Layer):
    """Hands its input on; in training the loss of this output is added to the model's, weighted.

    Gradients reach early layers of a deep network by a shorter way. What leads only here is left out in evaluation
    (Szegedy et al. 2015, arXiv:1409.4842, section 5).

    Args:
        weight: of this output's loss; the model's own has the weight 1.
    """

    def __init__(self, *, weight: PositiveFloat = 0.3) -> None:
        self.weight = weight

    def forward(self, *inputs: Tensor) -> Tensor:
        return inputs[0]

    def flops(self, *input_shapes: Shape) -> int:  # noqa: ARG002
        return 0

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(), ((3,),))
