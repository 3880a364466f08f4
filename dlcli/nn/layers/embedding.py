"""Embeddings of tokens."""

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
from dlcli.nn.stateful import OnStates


@register("layer", "embedding")
class Embedding(Layer):
    """Embedding: a trained vector for each token, (…) -> (…, units). The vector of the padding token stays zero.

    The positional parameter is the number of tokens in the data's vocabulary; None if its inputs are not tokens.

    Args:
        units: Dimension of the vectors.
        vocabulary_size: Number of vectors; null means the number of tokens of the data.
        padding_index: Token that pads short sequences; null means none.
        trainable: Whether the vectors are trained; false keeps their initial values.
        vectors: Text file of pretrained vectors such as GloVe's, with a word and its values on each line, to initialize
            the vectors of these words; null means random initialization.
        initializer: Initializer of the other vectors; null means normal with standard deviation 0.1.
    """

    weight: Parameter
    #: whether the inputs are sequences of tokens
    reads_sequences: bool

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
        """Number of vectors."""
        return self.vocabulary_size or self.num_tokens or 0

    def output_shape(self, *input_shapes: Shape) -> Shape:
        if not self.rows:
            raise ShapeError("the inputs of this data are not tokens; set vocabulary_size if they are integers")
        if self.num_tokens is not None and self.rows < self.num_tokens:
            tokens = formatting.count(self.num_tokens, "token")
            raise ShapeError(f"expected vocabulary_size to be at least the data's {tokens}, got {self.rows}")
        if self.padding_index is not None and self.padding_index >= self.rows:
            raise ShapeError(f"expected padding_index in 0 … {self.rows - 1}, got {self.padding_index}")
        return (*input_shapes[0], self.units)

    def build(self, *input_shapes: Shape, generator: np.random.Generator, dtype: DTypeLike) -> None:
        self.reads_sequences = len(input_shapes[0]) == 1
        shape = (self.rows, self.units)
        self.weight = Parameter(
            initial_weights(self.initializer, shape, fan_in=1, fan_out=self.units, generator=generator, dtype=dtype)
        )
        self.weight.trainable = self.trainable
        self._clear_padding()

    def load_vectors(self, vectors: np.ndarray, tokens: np.ndarray) -> None:
        """Set the vectors of some tokens.

        Args:
            vectors: Vectors, (n, units).
            tokens: Tokens of these vectors, (n,).
        """
        self.weight.data[tokens] = vectors
        self._clear_padding()

    def _clear_padding(self) -> None:
        if self.padding_index is not None:
            self.weight.data[self.padding_index] = 0

    def forward(self, *inputs: Tensor) -> Tensor:
        return ops.embedding(self.weight, _tokens(inputs[0]), padding_index=self.padding_index)

    def fuse_with(self, *layers: Layer) -> Callable[..., Tensor] | None:
        layer, *others = layers
        # the vector of a single token can only be the initial state of a recurrent layer
        if not isinstance(layer, Recurrent) or others or not self.reads_sequences:
            return None
        return partial(self._forward_through, layer)

    def _forward_through(
        self, layer: Recurrent, *inputs: Tensor, lengths: np.ndarray | None, on_states: OnStates | None = None
    ) -> Tensor:
        _tokens(inputs[0])
        return layer.forward_embedded(
            *inputs, lengths=lengths, on_states=on_states, weight=self.weight, padding_index=self.padding_index
        )

    def flops(self, *input_shapes: Shape) -> int:  # noqa: ARG002
        return 0

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        # without padding tokens: finite differences would move their vector, which gets no gradient
        yield LayerSample(cls(units=3, vocabulary_size=5, padding_index=4), ((4,),), num_tokens=4)
        yield LayerSample(cls(units=2, vocabulary_size=4, padding_index=None), ((2, 3),), num_tokens=4)


def _tokens(x: Tensor) -> np.ndarray:
    """Return the tokens in a tensor.

    Raises:
        ConfigError: The tensor does not hold integers.
    """
    if x.data.dtype.kind not in "iu":
        raise ConfigError(
            f"embedding expects tokens, which are integers, got inputs of type {x.data.dtype}", code="wrong_type"
        )
    return x.data
