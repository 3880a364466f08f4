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
    """In training drops each number with probability `rate` and divides the rest by `1 − rate`; else does nothing.

    Args:
        rate: probability of dropping.
    """

    is_stochastic: ClassVar[bool] = True

    def __init__(self, *, rate: Rate) -> None:
        self.rate = rate

    def forward(self, *inputs: Tensor) -> Tensor:
        if not self.training or self.rate == 0:
            return inputs[0]
        if self.generator is None:
            raise RuntimeError("dropout in training needs a generator; a graph gives one when it is built")
        return ops.dropout(inputs[0], self.rate, self.generator)

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(rate=0.4), ((5,),))
