"""Batch normalization."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial, reduce
from typing import ClassVar

import numpy as np
from numpy.typing import DTypeLike

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import PositiveFloat, Rate, register
from dlcli.nn.layer import Layer, LayerSample, Shape, ShapeError
from dlcli.nn.layers.activations import ReLU
from dlcli.nn.layers.merge import Add
from dlcli.nn.padding import padding_mask
from dlcli.nn.parameter import Parameter


@register("layer", "batch_norm")
class BatchNorm(Layer):
    """Batch normalization: each channel (last axis) gets the mean β and the standard deviation γ, which are trained.

    Training uses the mean and variance of the batch, evaluation their moving averages; padded steps of sequences are
    left out. A training batch needs more than
    one value per channel, because the variance of one value is always 0. The layer before it needs no bias
    (`use_bias: false`), since the mean is subtracted (Ioffe & Szegedy 2015, arXiv:1502.03167).

    Args:
        momentum: Fraction of the moving averages that is kept at each step; 1 − momentum comes from the batch.
        epsilon: Small constant added to the variance, ε.
    """

    needs_lengths: ClassVar[bool] = True
    buffer_names: ClassVar[tuple[str, ...]] = ("moving_mean", "moving_variance")

    gamma: Parameter
    beta: Parameter
    moving_mean: np.ndarray
    moving_variance: np.ndarray

    #: number of batches in the moving statistics while they are re-estimated; None in ordinary training
    estimated_batches: int | None = None

    def __init__(self, *, momentum: Rate = 0.9, epsilon: PositiveFloat = 1e-5) -> None:
        self.momentum = momentum
        self.epsilon = epsilon

    def output_shape(self, *input_shapes: Shape) -> Shape:
        if not input_shapes[0]:
            raise ShapeError("batch_norm expects an input with channels, got scalars of shape ()")
        return input_shapes[0]

    def build(self, *input_shapes: Shape, generator: np.random.Generator, dtype: DTypeLike) -> None:  # noqa: ARG002
        channels = input_shapes[0][-1]
        self.gamma = Parameter(np.ones(channels, dtype), decay=False)
        self.beta = Parameter(np.zeros(channels, dtype), decay=False)
        self.moving_mean = np.zeros(channels, dtype)
        self.moving_variance = np.ones(channels, dtype)

    def forward(self, *inputs: Tensor, lengths: np.ndarray | None = None) -> Tensor:
        return self._normalize(*inputs, lengths=lengths)

    def fuse_with(self, *layers: Layer) -> Callable[..., Tensor] | None:
        """Fuse with a ReLU, the sum at the end of a residual branch, or both (He et al. 2015, arXiv:1512.03385)."""
        types = [type(layer) for layer in layers]
        if types not in ([ReLU], [Add], [Add, ReLU]):
            return None
        return partial(self._normalize, relu=types[-1] is ReLU)

    def _normalize(self, x: Tensor, *added: Tensor, lengths: np.ndarray | None = None, relu: bool = False) -> Tensor:
        """Normalize x, add the other inputs and, with `relu`, apply a ReLU."""
        # A sum of more than two branches: all but this one are added up first.
        residual = reduce(ops.add, added) if added else None
        mask = None if lengths is None else padding_mask(lengths, x.shape[1])
        if mask is None:
            return self._normalize_all(x, residual, relu=relu)
        # Only the real steps, (N, T, C) -> (M, C): padding has neither a share in the statistics nor a gradient.
        y = ops.scatter(self._normalize_all(x[mask], None, relu=False), mask)
        y = y if residual is None else ops.add(y, residual)
        return ops.relu(y) if relu else y

    def _normalize_all(self, x: Tensor, residual: Tensor | None, *, relu: bool) -> Tensor:
        """Normalize x (…, C), add a residual and, with `relu`, apply a ReLU."""
        if self.training:
            if x.size == x.shape[-1]:
                raise ShapeError(f"batch_norm expects more than one value per channel in training, got shape {x.shape}")
            return ops.batch_norm(
                x,
                self.gamma,
                self.beta,
                residual,
                epsilon=self.epsilon,
                relu=relu,
                on_statistics=self._update_moving_averages,
            )
        y = ops.fixed_batch_norm(x, self.gamma, self.beta, self.moving_mean, self.moving_variance, epsilon=self.epsilon)
        if residual is not None:
            y = ops.add(y, residual)
        return ops.relu(y) if relu else y

    def flops(self, *input_shapes: Shape) -> int:
        return 2 * super().flops(*input_shapes)  # evaluation: one scale, one shift

    def _update_moving_averages(self, mean: np.ndarray, variance: np.ndarray, count: int) -> None:
        """Update the moving averages by the batch's mean and unbiased variance (algorithm 2 of the paper)."""
        # The batch is normalized by its biased variance, but as an estimate for other data that is too small.
        unbiased = variance * (count / (count - 1))
        momentum = self.momentum
        if self.estimated_batches is not None:  # a cumulative average, in which all batches have the same weight
            momentum = self.estimated_batches / (self.estimated_batches + 1)
            self.estimated_batches += 1
        for average, latest in ((self.moving_mean, mean), (self.moving_variance, unbiased)):
            average *= momentum
            average += (1 - momentum) * latest

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(), ((3,),))
        yield LayerSample(cls(epsilon=1e-3), ((2, 3),))
