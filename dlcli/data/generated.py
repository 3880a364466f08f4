"""Two-dimensional data sets drawn from a formula, to see what a model can and cannot separate."""

# ruff: noqa: ARG002 - every reader is told the places, these need none

from __future__ import annotations

import hashlib

import numpy as np

from dlcli.core import (
    ConfigError,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    check_array,
    register,
    rng,
)
from dlcli.data.data_paths import DataPaths
from dlcli.data.examples import Examples, RawData, row_numbers
from dlcli.data.labels import Label
from dlcli.data.readers import DatasetReader


def _points(points: np.ndarray, labels: np.ndarray, description: str) -> RawData:
    """(N, 2) points with their class numbers, as raw data."""
    digest = hashlib.sha256(points.tobytes() + labels.tobytes()).hexdigest()
    class_names: dict[Label, str] = {label: str(label) for label in range(int(labels.max()) + 1)}
    examples = Examples(points, labels, row_numbers(len(points)), feature_names=("x1", "x2"), target_names=("class",))
    return RawData(examples, {"generated points": digest}, description, class_names=class_names, target_kind="classes")


def _class_numbers(examples: int, classes: int) -> np.ndarray:
    """(N,) 0 … 0 1 … 1 …: classes of equal size, the first ones larger by one where it does not divide.

    Raises:
        ConfigError: fewer examples than classes, or more than fit into memory.
    """
    try:
        check_array((examples, 2), itemsize=8, copies=3)
    except MemoryError as error:
        raise ConfigError(str(error), key="examples") from None
    if examples < classes:
        raise ConfigError(
            f"{examples} examples cannot be divided among {classes} classes",
            code="too_few_examples",
            key="examples",
        )
    return np.sort(np.arange(examples) % classes)


def _positions_in_class(labels: np.ndarray) -> np.ndarray:
    """(N,) from 0 for the first example of a class to 1 for its last."""
    sizes = np.bincount(labels)
    starts = np.cumsum(sizes) - sizes
    positions: np.ndarray = (np.arange(len(labels)) - starts[labels]) / np.maximum(sizes[labels] - 1, 1)
    return positions


@register("dataset", "moons")
class Moons(DatasetReader):
    """Two interleaving half circles.

    Args:
        examples: number of points.
        noise: standard deviation of the noise on each coordinate; the circles' radius is 1.
        seed: of the noise; independent of the experiment's.
    """

    def __init__(
        self, *, examples: PositiveInt = 1000, noise: NonNegativeFloat = 0.1, seed: NonNegativeInt = 0
    ) -> None:
        self.examples = examples
        self.noise = noise
        self.seed = seed

    def read(self, data_paths: DataPaths) -> RawData:
        labels = _class_numbers(self.examples, 2)
        angle = np.pi * _positions_in_class(labels)
        upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
        lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
        points = np.where(labels[:, np.newaxis] == 0, upper, lower)
        points += self.noise * rng.generator(self.seed, "moons").standard_normal(points.shape)
        return _points(points, labels, f"Two moons: {self.examples} points, noise {self.noise:g}")


@register("dataset", "circles")
class Circles(DatasetReader):
    """A circle inside another.

    Args:
        examples: number of points.
        noise: standard deviation of the noise on each coordinate; the outer radius is 1.
        factor: radius of the inner circle.
        seed: of the noise; independent of the experiment's.
    """

    def __init__(
        self,
        *,
        examples: PositiveInt = 1000,
        noise: NonNegativeFloat = 0.05,
        factor: PositiveFloat = 0.5,
        seed: NonNegativeInt = 0,
    ) -> None:
        self.examples = examples
        self.noise = noise
        self.factor = factor
        self.seed = seed

    def read(self, data_paths: DataPaths) -> RawData:
        labels = _class_numbers(self.examples, 2)
        angle = 2 * np.pi * _positions_in_class(labels)
        radius = np.where(labels == 0, 1.0, self.factor)
        points = radius[:, np.newaxis] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        points += self.noise * rng.generator(self.seed, "circles").standard_normal(points.shape)
        return _points(points, labels, f"Two circles: {self.examples} points, noise {self.noise:g}")


@register("dataset", "spirals")
class Spirals(DatasetReader):
    """Interleaving spiral arms, one class each.

    Args:
        examples: number of points.
        arms: number of spiral arms.
        turns: how often each arm goes round.
        noise: standard deviation of the noise on the angle, in radians; the outer radius is 1.
        seed: of the noise; independent of the experiment's.
    """

    def __init__(
        self,
        *,
        examples: PositiveInt = 1500,
        arms: PositiveInt = 3,
        turns: PositiveFloat = 0.75,
        noise: NonNegativeFloat = 0.2,
        seed: NonNegativeInt = 0,
    ) -> None:
        if arms < 2:
            raise ConfigError(f"at least 2 arms are needed to tell apart, not {arms}", code="out_of_range", key="arms")
        self.examples = examples
        self.arms = arms
        self.turns = turns
        self.noise = noise
        self.seed = seed

    def read(self, data_paths: DataPaths) -> RawData:
        labels = _class_numbers(self.examples, self.arms)
        radius = _positions_in_class(labels)
        angle = 2 * np.pi * (labels / self.arms + self.turns * radius)
        angle += self.noise * rng.generator(self.seed, "spirals").standard_normal(self.examples)
        points = radius[:, np.newaxis] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        return _points(points, labels, f"{self.arms} spirals: {self.examples} points, noise {self.noise:g}")


@register("dataset", "planar_flower")
class PlanarFlower(DatasetReader):
    """A flower whose petals are of two colors, one half each: r = size·sin(petals·θ).

    Args:
        examples: number of points.
        petals: petals of the rose curve; an even number shows twice as many.
        size: length of a petal.
        noise: standard deviation of the noise on radius and angle.
        seed: of the noise; independent of the experiment's.
    """

    def __init__(
        self,
        *,
        examples: PositiveInt = 400,
        petals: PositiveInt = 4,
        size: PositiveFloat = 4.0,
        noise: NonNegativeFloat = 0.2,
        seed: NonNegativeInt = 0,
    ) -> None:
        self.examples = examples
        self.petals = petals
        self.size = size
        self.noise = noise
        self.seed = seed

    def read(self, data_paths: DataPaths) -> RawData:
        labels = _class_numbers(self.examples, 2)
        draw = rng.generator(self.seed, "planar_flower")
        angle = np.pi * (labels + _positions_in_class(labels))  # each class has one half of the curve
        angle += self.noise * draw.standard_normal(self.examples)
        radius = self.size * np.sin(float(self.petals) * angle) + self.noise * draw.standard_normal(self.examples)
        points = radius[:, np.newaxis] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
        return _points(points, labels, f"Planar flower: {self.examples} points, {self.petals} petals")
