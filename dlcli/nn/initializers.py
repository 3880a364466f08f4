"""How weights start. `n` below is the fan-in: the number of inputs to one unit."""

# ruff: noqa: ARG002 - every initializer is told both fans, few need both

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
from numpy.typing import DTypeLike

from dlcli.core import PositiveFloat, check_array, register


class Initializer:
    """Base of the initializers."""

    registry_kind: ClassVar[str] = "initializer"

    def __call__(
        self, shape: tuple[int, ...], *, fan_in: int, fan_out: int, generator: np.random.Generator, dtype: DTypeLike
    ) -> np.ndarray:
        """The initial values.

        Args:
            shape: shape of the weight.
            fan_in: inputs to one unit.
            fan_out: units that one input reaches.
            generator: source of the draws.
            dtype: type of the values; the draws are made in float64 whatever it is.
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
    """The initial values, as `Initializer.__call__` returns them.

    Raises:
        OutOfMemoryError: the weights do not fit into memory.
    """
    # draws are float64, whatever the type of the weights: the same seed gives the same weights rounded
    check_array(shape, itemsize=8)
    return initializer(shape, fan_in=fan_in, fan_out=fan_out, generator=generator, dtype=dtype)


class _Normal(Initializer):
    """Zero-mean normal numbers of a standard deviation that follows from the fans."""

    def standard_deviation(self, fan_in: int, fan_out: int) -> float:
        raise NotImplementedError

    def __call__(
        self, shape: tuple[int, ...], *, fan_in: int, fan_out: int, generator: np.random.Generator, dtype: DTypeLike
    ) -> np.ndarray:
        return generator.normal(0.0, self.standard_deviation(fan_in, fan_out), shape).astype(dtype)


class _Uniform(Initializer):
    """Numbers evenly spread in `[−limit, limit]`, the limit following from the fans."""

    def limit(self, fan_in: int, fan_out: int) -> float:
        raise NotImplementedError

    def __call__(
        self, shape: tuple[int, ...], *, fan_in: int, fan_out: int, generator: np.random.Generator, dtype: DTypeLike
    ) -> np.ndarray:
        limit = self.limit(fan_in, fan_out)
        return generator.uniform(-limit, limit, shape).astype(dtype)


@register("initializer", "constant")
class Constant(Initializer):
    """Every weight the same: all units of a layer stay equal for ever.

    Args:
        value: the value.
    """

    def __init__(self, *, value: float = 0.0) -> None:
        self.value = value

    def __call__(
        self, shape: tuple[int, ...], *, fan_in: int, fan_out: int, generator: np.random.Generator, dtype: DTypeLike
    ) -> np.ndarray:
        return np.full(shape, self.value, dtype)


@register("initializer", "zeros")
class Zeros(Constant):
    """Every weight 0: units of a hidden layer never become different (the symmetry failure)."""

    def __init__(self) -> None:
        super().__init__(value=0.0)


@register("initializer", "normal")
class Normal(_Normal):
    """Small random numbers `std · N(0, 1)`, whatever the fans.

    Args:
        std: standard deviation.
    """

    def __init__(self, *, std: PositiveFloat = 0.01) -> None:
        self.std = std

    def standard_deviation(self, fan_in: int, fan_out: int) -> float:
        return self.std


@register("initializer", "uniform")
class Uniform(_Uniform):
    """Numbers evenly spread in `[−bound, bound]`, whatever the fans.

    Args:
        bound: largest size of a weight.
    """

    def __init__(self, *, bound: PositiveFloat = 0.05) -> None:
        self.bound = bound

    def limit(self, fan_in: int, fan_out: int) -> float:
        return self.bound


@register("initializer", "he_normal")
class HeNormal(_Normal):
    """Normal with std `√(2/n)`, for ReLU (He et al. 2015, arXiv:1502.01852)."""

    def standard_deviation(self, fan_in: int, fan_out: int) -> float:
        return math.sqrt(2 / fan_in)


@register("initializer", "he_uniform")
class HeUniform(_Uniform):
    """Uniform with std `√(2/n)`: limit `√(6/n)` (He et al. 2015, arXiv:1502.01852)."""

    def limit(self, fan_in: int, fan_out: int) -> float:
        return math.sqrt(6 / fan_in)


@register("initializer", "xavier_normal")
class XavierNormal(_Normal):
    """Normal with std `√(1/n)`, for tanh (the CS 230 notes' Xavier; LeCun et al. 1998, Efficient BackProp)."""

    def standard_deviation(self, fan_in: int, fan_out: int) -> float:
        return math.sqrt(1 / fan_in)


@register("initializer", "glorot_normal")
class GlorotNormal(_Normal):
    """Normal with std `√(2/(fan_in + fan_out))` (Glorot & Bengio 2010)."""

    def standard_deviation(self, fan_in: int, fan_out: int) -> float:
        return math.sqrt(2 / (fan_in + fan_out))


@register("initializer", "glorot_uniform")
class GlorotUniform(_Uniform):
    """Uniform with limit `√(6/(fan_in + fan_out))` (Glorot & Bengio 2010)."""

    def limit(self, fan_in: int, fan_out: int) -> float:
        return math.sqrt(6 / (fan_in + fan_out))


@register("initializer", "orthogonal")
class Orthogonal(Initializer):
    """Orthonormal rows or columns, which keep lengths; for recurrences (Saxe et al. 2014, arXiv:1312.6120).

    Args:
        gain: factor on all weights.
    """

    def __init__(self, *, gain: PositiveFloat = 1.0) -> None:
        self.gain = gain

    def __call__(
        self, shape: tuple[int, ...], *, fan_in: int, fan_out: int, generator: np.random.Generator, dtype: DTypeLike
    ) -> np.ndarray:
        # (f_h, f_w, C, K) counts as (f_h f_w C, K): what one unit reads is a column
        rows, columns = math.prod(shape[:-1]), shape[-1]
        long, short = max(rows, columns), min(rows, columns)
        # QR gives orthonormal columns, so the longer side must be the rows
        q, r = np.linalg.qr(generator.standard_normal((long, short)))
        q *= np.sign(np.diag(r))  # makes the distribution uniform over orthogonal matrices
        matrix = q if rows >= columns else q.T
        return (self.gain * matrix).reshape(shape).astype(dtype)


@register("initializer", "identity")
class Identity(Initializer):
    """The identity matrix, which hands a state on as it is; for recurrences of ReLU (Le et al. 2015, arXiv:1504.00941).

    Args:
        gain: factor on all weights.
    """

    def __init__(self, *, gain: PositiveFloat = 1.0) -> None:
        self.gain = gain

    def __call__(
        self, shape: tuple[int, ...], *, fan_in: int, fan_out: int, generator: np.random.Generator, dtype: DTypeLike
    ) -> np.ndarray:
        return (self.gain * np.eye(math.prod(shape[:-1]), shape[-1])).reshape(shape).astype(dtype)
