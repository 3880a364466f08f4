"""Normalization of inputs and targets, by statistics of the training set or fixed ones.

Every kind is an affine map, (x − shift) / scale, so a model stores just two arrays.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from dlcli.core import ConfigError, PositiveFloat, register

Per = Literal["feature", "channel", "all"]


@dataclass(frozen=True)
class Scaling:
    """The map (x − shift) / scale.

    Args:
        shift: Float64 array that broadcasts against one example.
        scale: Float64 array of the same shape, nowhere 0.
    """

    shift: np.ndarray
    scale: np.ndarray

    def apply(self, values: np.ndarray) -> np.ndarray:
        """Return the scaled values, (N, …) float64."""
        scaled: np.ndarray = np.subtract(values, self.shift, dtype=np.float64)
        scaled /= self.scale
        return scaled

    def inverse(self, scaled: np.ndarray) -> np.ndarray:
        """Return values in their original unit, (N, …) float64."""
        values: np.ndarray = np.asarray(scaled, dtype=np.float64) * self.scale + self.shift
        return values

    def to_json(self) -> dict[str, Any]:
        return {"shift": self.shift.tolist(), "scale": self.scale.tolist()}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Scaling:
        return cls(np.array(document["shift"], np.float64), np.array(document["scale"], np.float64))


class Normalization(ABC):
    """A way to choose shift and scale."""

    registry_kind: ClassVar[str] = "normalization"

    @abstractmethod
    def fit(self, chunks: Iterable[np.ndarray]) -> Scaling:
        """Fit the scaling to the training examples, which come in chunks (n, …)."""


@register("normalization", "none")
class NoNormalization(Normalization):
    """No change of the values."""

    def fit(self, chunks: Iterable[np.ndarray]) -> Scaling:  # noqa: ARG002
        return Scaling(np.zeros(()), np.ones(()))


@register("normalization", "standard")
class Standard(Normalization):
    """Mean 0 and standard deviation 1: (x − μ) / σ. Constant features are only centered.

    Values that differ only by rounding count as constant.

    Args:
        per: Unit that has one μ and σ: each feature, each channel (the last axis), or all; null = channel for images
            (height, width, channels), feature otherwise.
    """

    def __init__(self, *, per: Per | None = None) -> None:
        self.per = per

    def fit(self, chunks: Iterable[np.ndarray]) -> Scaling:
        value_range = ValueRange()
        count, mean, squares = moments(value_range.track(chunks))
        axes = pooled_axes(self.per, mean.ndim)
        shift = mean.mean(axis=axes)
        deviation = np.sqrt((squares / count + (mean - shift) ** 2).mean(axis=axes))
        low, high = value_range.pooled(axes)
        # the mean of equal values has a rounding error, so their deviation would not be exactly 0
        shift = np.where(low == high, low, shift)
        constant = value_range.is_constant(low, high) | (deviation <= 64 * np.finfo(np.float64).eps * np.abs(shift))
        return Scaling(shift, np.where(constant, 1.0, deviation))


@register("normalization", "min_max")
class MinMax(Normalization):
    """Minimum 0 and maximum 1 on the training set: (x − min) / (max − min).

    Args:
        per: Unit that has one range: each feature, each channel (the last axis), or all; null = channel for images
            (height, width, channels), feature otherwise.
    """

    def __init__(self, *, per: Per | None = None) -> None:
        self.per = per

    def fit(self, chunks: Iterable[np.ndarray]) -> Scaling:
        value_range = ValueRange()
        for _ in value_range.track(chunks):
            pass
        low, high = value_range.pooled(pooled_axes(self.per, value_range.rank))
        return Scaling(low, np.where(value_range.is_constant(low, high), 1.0, high - low))


@register("normalization", "fixed")
class FixedNormalization(Normalization):
    """Fixed statistics, such as those of published weights: (x / max_value − mean) / std.

    Args:
        mean: Mean to subtract: one for all inputs, or one per channel (the last axis) or feature, in column order.
        std: Standard deviation to divide by, with the same choices; positive.
        max_value: Input value that counts as 1 in mean and std; null = the maximum of the type (255 for bytes) for
            images of unsigned integers if mean and std are all at most 1, as they are published for pixels between 0
            and 1; 1 otherwise.
    """

    def __init__(
        self,
        *,
        mean: float | list[float],
        std: PositiveFloat | list[PositiveFloat],
        max_value: PositiveFloat | None = None,
    ) -> None:
        self.mean = np.atleast_1d(np.array(mean, np.float64))
        self.std = np.atleast_1d(np.array(std, np.float64))
        self.max_value = max_value

    def fit(self, chunks: Iterable[np.ndarray]) -> Scaling:
        first = next(iter(chunks))
        for option, numbers in (("mean", self.mean), ("std", self.std)):
            if len(numbers) not in (1, first.shape[-1]):
                what = "channels" if is_image(first.ndim - 1) else "features"
                message = f"expected one number, or one for each of {first.shape[-1]} {what}, got {len(numbers)}"
                raise ConfigError(message, key=option)
        largest = self.max_value or self._largest(first)
        shift, scale = np.broadcast_arrays(self.mean * largest, self.std * largest)
        return Scaling(np.array(shift), np.array(scale))

    def _largest(self, images: np.ndarray) -> float:
        """Return the default of `max_value`."""
        is_of_unit_range = max(np.abs(self.mean).max(), self.std.max()) <= 1
        of_integers = is_image(images.ndim - 1) and images.dtype.kind == "u"
        return float(np.iinfo(images.dtype).max) if is_of_unit_range and of_integers else 1.0


def is_image(rank: int) -> bool:
    """Return whether an example with this number of axes is an image: height, width, channels."""
    return rank == 3


def pooled_axes(per: Per | None, rank: int) -> tuple[int, ...]:
    """Return the axes of an example that share a statistic."""
    per = per or ("channel" if is_image(rank) else "feature")
    return {"feature": (), "channel": tuple(range(rank - 1)), "all": tuple(range(rank))}[per]


def moments(chunks: Iterable[np.ndarray]) -> tuple[int, np.ndarray, np.ndarray]:
    """Compute count, mean and sum of squared deviations of each feature in one pass.

    Chan, Golub, LeVeque (1983), "Algorithms for computing the sample variance", equation 2.1.
    """
    iterator = iter(chunks)
    count, mean, squares = _chunk_moments(next(iterator))
    for chunk in iterator:
        size, chunk_mean, chunk_squares = _chunk_moments(chunk)
        # This update is numerically stable; Σx² − n·mean² would suffer from cancellation.
        total = count + size
        difference = chunk_mean - mean
        mean += difference * (size / total)
        squares += chunk_squares + difference**2 * (count * size / total)
        count = total
    return count, mean, squares


def _chunk_moments(chunk: np.ndarray) -> tuple[int, np.ndarray, np.ndarray]:
    # (n, …) -> (…): centered before squaring, for the same reason
    centered = chunk.astype(np.float64)
    mean = centered.mean(axis=0)
    centered -= mean
    return len(chunk), np.asarray(mean), np.einsum("n...,n...->...", centered, centered)


class ValueRange:
    """Minimum and maximum of each feature, updated while chunks pass through `track`."""

    #: bytes of a floating-point type → maximum difference by rounding, in units in the last place
    _ROUNDING: ClassVar[dict[int, int]] = {4: 4, 8: 64}

    def track(self, chunks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Yield the chunks unchanged and update the range."""
        for number, chunk in enumerate(chunks):
            if number == 0:
                self._low, self._high, self._type = chunk.min(axis=0), chunk.max(axis=0), chunk.dtype
            else:
                self._low = np.minimum(self._low, chunk.min(axis=0))
                self._high = np.maximum(self._high, chunk.max(axis=0))
            yield chunk

    @property
    def rank(self) -> int:
        """Number of axes of an example."""
        return int(np.ndim(self._low))

    def pooled(self, axes: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
        """Return the float64 minimum and maximum over some axes of an example."""
        low, high = (np.asarray(bound, dtype=np.float64) for bound in (self._low, self._high))
        return np.asarray(low.min(axis=axes)), np.asarray(high.max(axis=axes))

    def is_constant(self, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Return where values are constant: equal up to rounding errors of their type.

        Integers are exact, so different integers are not constant, whatever their size.
        """
        constant: np.ndarray = low == high
        if self._type.kind == "f" and self._type.itemsize in self._ROUNDING:
            # A constant column often differs in its last digits, such as 0.1 that was computed in two ways. Scaled to
            # variance 1, this noise would look like a feature.
            unit = np.finfo(self._type).eps * np.maximum(np.abs(low), np.abs(high))
            is_integer = (low == np.round(low)) & (high == np.round(high))
            constant |= (high - low <= self._ROUNDING[self._type.itemsize] * unit) & ~is_integer
        return constant
