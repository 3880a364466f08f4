"""Activations: layers without parameters that act on each number, or (softmax) on the last axis."""

from __future__ import annotations

from collections.abc import Iterable

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.nn.layer import Layer, LayerSample
from dlcli.registry import register


class Activation(Layer):
    """Base of the layers that keep the shape and have no parameters."""

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(), ((3, 4),))


@register("layer", "relu")
class ReLU(Activation):
    """`max(x, 0)`."""

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.relu(inputs[0])
