"""Vectors in the place of tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import numpy as np
from numpy.typing import DTypeLike

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import ConfigError, NonNegativeInt, PositiveInt, formatting, register
from dlcli.nn.initializers import Initializer, Normal, initial_weights
from dlcli.nn.layer import Layer, LayerSample, Shape, ShapeError
from dlcli.nn.layers.recurrent import Recurrent
from dlcli.nn.parameter import Parameter


@register("layer", "embedding")
class Embedding(Layer):
    """A vector for each token, the row of a table: (…) -> (…, units). The row of padding is zero and stays so.

    The positional parameter is how many tokens the data has; None where its inputs are no tokens.

    Args:
        units: size of the vectors.
        vocabulary_size: rows of the table; null means as many as the data has tokens.
        padding_index: the token that fills up short sequences; null means that there is none.
        trainable: whether the vectors learn; false keeps them as they start.
        vectors: a text file of published vectors, a word and its numbers a line (as GloVe's), which the words that are
            in it start from; null starts all from random numbers.
        initializer: how the other vectors start; null means normal with standard deviation 0.1.
    """

    weight: Parameter

    def __init__(
        self,
        num_tokens: int | None = None,
        /,
        *,
        units: PositiveInt,
        vocabulary_size: PositiveInt | None = None,
        padding_index: NonNegativeInt | None = 0,
        trainable: bool = True,
        vectors: str | None = None,
        initializer: Initializer | None = None,
    ) -> None:
        self.num_tokens = num_tokens
        self.units = units
        self.vocabulary_size = vocabulary_size
        self.padding_index = padding_index
        self.trainable = trainable
        self.vectors = vectors
        self.initializer = initializer or Normal(std=0.1)

    @property
    def rows(self) -> int:
        """How many vectors there are."""
        return self.vocabulary_size or self.num_tokens or 0

    def output_shape(self, *input_shapes: Shape) -> Shape:
        if not self.rows:
            raise ShapeError("the inputs of this data are no tokens; write vocabulary_size if they are whole numbers")
        if self.num_tokens is not None and self.rows < self.num_tokens:
            raise ShapeError(
                f"vocabulary_size is {self.rows}, the data has {formatting.count(self.num_tokens, 'token')}"
            )
        if self.padding_index is not None and self.padding_index >= self.rows:
            raise ShapeError(f"padding_index is {self.padding_index}, the tokens are 0 to {self.rows - 1}")
        return (*input_shapes[0], self.units)

    def build(self, *input_shapes: Shape, generator: np.random.Generator, dtype: DTypeLike) -> None:  # noqa: ARG002
        shape = (self.rows, self.units)
        self.weight = Parameter(
            initial_weights(self.initializer, shape, fan_in=1, fan_out=self.units, generator=generator, dtype=dtype)
        )
        self.weight.trainable = self.trainable
        self._clear_padding()

    def start_from(self, vectors: np.ndarray, known: np.ndarray) -> None:
        """Take the vectors of some tokens from elsewhere.

        Args:
            vectors: (n, units).
            known: (n,) the tokens whose vectors they are.
        """
        self.weight.data[known] = vectors
        self._clear_padding()

    def _clear_padding(self) -> None:
        if self.padding_index is not None:
            self.weight.data[self.padding_index] = 0

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.embedding(self.weight, _tokens(inputs[0]), padding_index=self.padding_index)

    def fuse_with(self, *layers: Layer) -> Callable[..., Tensor] | None:
        layer, *others = layers
        return partial(self._read_by, layer) if isinstance(layer, Recurrent) and not others else None

    def _read_by(self, layer: Recurrent, *inputs: Tensor, lengths: np.ndarray | None) -> Tensor:
        _tokens(inputs[0])
        return layer.forward_embedded(*inputs, lengths=lengths, weight=self.weight, padding_index=self.padding_index)

    def flops(self, *input_shapes: Shape) -> int:  # noqa: ARG002
        return 0

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        # padding is left out: moving its row, as differences do, would change the result
        yield LayerSample(cls(units=3, vocabulary_size=5, padding_index=4), ((4,),), num_tokens=4)
        yield LayerSample(cls(units=2, vocabulary_size=4, padding_index=None), ((2, 3),), num_tokens=4)


def _tokens(x: Tensor) -> np.ndarray:
    """The tokens in a tensor.

    Raises:
        ConfigError: it holds other numbers.
    """
    if x.data.dtype.kind not in "iu":
        raise ConfigError(
            f"an embedding takes tokens, which are whole numbers; its inputs are {x.data.dtype}", code="wrong_type"
        )
    return x.data
