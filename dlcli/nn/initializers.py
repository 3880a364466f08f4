"""Initializers of weights. `n` below is the fan-in, the number of inputs of one unit."""

# ruff: noqa: ARG002 - every initializer takes both fans, few need both

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
from numpy.typing import DTypeLike

from dlcli.core import PositiveFloat, check_array, register


class Initializer:
    """Base class of the initializers."""

    registry_kind: ClassVar[str] = "initializer"

    def __call__(
        self, shape: tuple[int, ...], *, fan_in: int, fan_out: int, generator: np.random.Generator, dtype: DTypeLike
    ) -> np.ndarray:
        """Return the initial values of a weight.

        Args:
            shape: Shape of the weight.
            fan_in: Number of inputs of one unit.
            fan_out: Number of units that one input is connected to.
            generator: Random generator of the values.
            dtype: Data type of the values, which are always drawn in float64.
        """
        raise NotImplementedError


def initial_weights(
    initializer: Initializer,
    shape: tuple[int, ...],
    *,
    fan_in: int,
    fan_out: int,
    generator: np.random.Generator,
    dtype: DTypeLike,
) -> np.ndarray:
    """Return initial values after checking that they fit into memory; arguments as in `Initializer.__call__`.

    Raises:
        OutOfMemoryError: The weights do not fit into memory.
    """
    # draws are float64 for any type of the weights: the same seed gives the same weights up to rounding
    check_array(shape, itemsize=8)
    return initializer(shape, fan_in=fan_in, fan_out=fan_out, generator=generator, dtype=dtype)


class _Normal(Initializer):
    """Base class of the normal distributions with mean 0."""

    def standard_deviation(self, fan_in: int, fan_out: int) -> float:
        """Return the standard deviation for the fans of a weight."""
        raise NotImplementedError

    def __call__(
        self, shape: tuple[int, ...], *, fan_in: int, fan_out: int, generator: np.random.Generator, dtype: DTypeLike
    ) -> np.ndarray:
        return generator.normal(0.0, self.standard_deviation(fan_in, fan_out), shape).astype(dtype)


class _Uniform(Initializer):
    """Base class of the uniform distributions on `[−limit, limit]`."""

    def limit(self, fan_in: int, fan_out: int) -> float:
        """Return the limit for the fans of a weight."""
        raise NotImplementedError

    def __call__(
        self, shape: tuple[int, ...], *, fan_in: int, fan_out: int, generator: np.random.Generator, dtype: DTypeLike
    ) -> np.ndarray:
        limit = self.limit(fan_in, fan_out)
        return generator.uniform(-limit, limit, shape).astype(dtype)


@register("initializer", "constant")
class Constant(Initializer):
    """The same value for every weight: all units of a layer remain equal.

    Args:
        value: Initial value.
    """

    def __init__(self, *, value: float = 0.0) -> None:
        self.value = value

    def __call__(
        self, shape: tuple[int, ...], *, fan_in: int, fan_out: int, generator: np.random.Generator, dtype: DTypeLike
    ) -> np.ndarray:
        return np.full(shape, self.value, dtype)


@register("initializer", "zeros")
class Zeros(Constant):
    """0 for every weight: all units of a hidden layer remain equal (failure to break symmetry)."""

    def __init__(self) -> None:
        super().__init__(value=0.0)


@register("initializer", "normal")
class Normal(_Normal):
    """Normal distribution with a constant standard deviation.

    Args:
        std: Standard deviation.
    """

    def __init__(self, *, std: PositiveFloat = 0.01) -> None:
        self.std = std

    def standard_deviation(self, fan_in: int, fan_out: int) -> float:
        return self.std


@register("initializer", "uniform")
class Uniform(_Uniform):
    """Uniform distribution on `[−bound, bound]`, with a constant bound.

    Args:
        bound: Largest magnitude of a weight.
    """

    def __init__(self, *, bound: PositiveFloat = 0.05) -> None:
        self.bound = bound

    def limit(self, fan_in: int, fan_out: int) -> float:
        return self.bound


@register("initializer", "he_normal")
class HeNormal(_Normal):
    """Normal distribution with standard deviation `√(2/n)`, for ReLU (He et al. 2015, arXiv:1502.01852)."""

    def standard_deviation(self, fan_in: int, fan_out: int) -> float:
        return math.sqrt(2 / fan_in)


@register("initializer", "he_uniform")
class HeUniform(_Uniform):
    """Uniform distribution with standard deviation `√(2/n)`: limit `√(6/n)` (He et al. 2015, arXiv:1502.01852)."""

    def limit(self, fan_in: int, fan_out: int) -> float:
        return math.sqrt(6 / fan_in)


@register("initializer", "xavier_normal")
class XavierNormal(_Normal):
    """Normal distribution with standard deviation `√(1/n)`, for tanh (LeCun et al. 1998, Efficient BackProp; CS 230's
    Xavier initialization)."""

    def standard_deviation(self, fan_in: int, fan_out: int) -> float:
        return math.sqrt(1 / fan_in)


@register("initializer", "glorot_normal")
class GlorotNormal(_Normal):
    """Normal distribution with standard deviation `√(2/(fan_in + fan_out))` (Glorot & Bengio 2010)."""

    def standard_deviation(self, fan_in: int, fan_out: int) -> float:
        return math.sqrt(2 / (fan_in + fan_out))


@register("initializer", "glorot_uniform")
class GlorotUniform(_Uniform):
    """Uniform distribution with limit `√(6/(fan_in + fan_out))` (Glorot & Bengio 2010)."""

    def limit(self, fan_in: int, fan_out: int) -> float:
        return math.sqrt(6 / (fan_in + fan_out))


@register("initializer", "orthogonal")
class Orthogonal(Initializer):
    """Orthonormal rows or columns, which preserve norms; for recurrent weights.

    Saxe et al. 2014, arXiv:1312.6120.

    Args:
        gain: Factor on all weights.
    """

    def __init__(self, *, gain: PositiveFloat = 1.0) -> None:
        self.gain = gain

    def __call__(
        self, shape: tuple[int, ...], *, fan_in: int, fan_out: int, generator: np.random.Generator, dtype: DTypeLike
    ) -> np.ndarray:
        # (f_h, f_w, C, K) -> (f_h f_w C, K): the weights of one unit are a column
        rows, columns = math.prod(shape[:-1]), shape[-1]
        long, short = max(rows, columns), min(rows, columns)
        # QR gives orthonormal columns, so the longer side must be the rows
        q, r = np.linalg.qr(generator.standard_normal((long, short)))
        q *= np.sign(np.diag(r))  # makes the distribution uniform over orthogonal matrices
        matrix = q if rows >= columns else q.T
        return (self.gain * matrix).reshape(shape).astype(dtype)


@register("initializer", "identity")
class Identity(Initializer):
    """Identity matrix, which keeps a state unchanged; for recurrent weights with ReLU.

    Le et al. 2015, arXiv:1504.00941.

    Args:
        gain: Factor on all weights.
    """

    def __init__(self, *, gain: PositiveFloat = 1.0) -> None:
        self.gain = gain

    def __call__(
        self, shape: tuple[int, ...], *, fan_in: int, fan_out: int, generator: np.random.Generator, dtype: DTypeLike
    ) -> np.ndarray:
        return (self.gain * np.eye(math.prod(shape[:-1]), shape[-1])).reshape(shape).astype(dtype)
