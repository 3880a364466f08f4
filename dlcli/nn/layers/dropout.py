"""Inverted dropout."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import Rate, register
from dlcli.nn.layer import Layer, LayerSample


@register("layer", "dropout")
class Dropout(Layer):
    """Inverted dropout: training zeroes each element with probability `rate` and divides the others by `1 − rate`.

    Args:
        rate: Dropout probability.
    """

    is_stochastic: ClassVar[bool] = True

    def __init__(self, *, rate: Rate) -> None:
        self.rate = rate

    def forward(self, *inputs: Tensor) -> Tensor:
        if not self.training or self.rate == 0:
            return inputs[0]
        if self.generator is None:
            raise RuntimeError("dropout in training needs a generator, which Graph.build sets")
        return ops.dropout(inputs[0], self.rate, self.generator)

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(rate=0.4), ((5,),))
