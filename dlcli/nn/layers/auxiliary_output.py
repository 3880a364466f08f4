"""Auxiliary outputs, whose losses are added in training."""

from __future__ import annotations

from collections.abc import Iterable

from dlcli.autograd import Tensor
from dlcli.core import PositiveFloat, register
from dlcli.nn.layer import Layer, LayerSample, Shape


@register("layer", "auxiliary_output")
class AuxiliaryOutput(Layer):
    """Auxiliary output: an identity whose loss is weighted and added to the model's loss in training.

    Gradients thus reach the early layers of a deep network by a shorter path. Layers that lead only to auxiliary
    outputs are not evaluated outside of training (Szegedy et al. 2015, arXiv:1409.4842, section 5).

    Args:
        weight: Weight of this output's loss; the loss of the model's output has the weight 1.
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
