from __future__ import annotations

import numpy as np
import pytest

from dlcli.core import ConfigError
from dlcli.data import DataPaths, DatasetReader
from dlcli.data.generated import Circles, Moons, PlanarFlower, Spirals


def points_of(reader: DatasetReader) -> tuple[np.ndarray, np.ndarray]:
    examples = reader.read(DataPaths()).examples
    return examples.inputs, examples.targets


@pytest.mark.parametrize("kind", [Moons, Circles, Spirals, PlanarFlower])
def test_size_balance_and_seed(kind: type):
    points, labels = points_of(kind(examples=301, seed=1))
    assert points.shape == (301, 2)
    assert np.ptp(np.bincount(labels)) <= 1
    assert np.array_equal(points, points_of(kind(examples=301, seed=1))[0])
    assert not np.array_equal(points, points_of(kind(examples=301, seed=2))[0])
    prints = [kind(examples=301, seed=seed).read(DataPaths()).fingerprint for seed in (1, 1, 2)]
    assert prints[0] == prints[1] != prints[2]


def test_moons_without_noise_are_half_circles():
    points, labels = points_of(Moons(noise=0))
    np.testing.assert_allclose(np.linalg.norm(points[labels == 0], axis=1), 1)
    np.testing.assert_allclose(np.linalg.norm(points[labels == 1] - [1, 0.5], axis=1), 1)
    assert (points[labels == 0, 1] >= -1e-12).all()
    assert (points[labels == 1, 1] <= 0.5 + 1e-12).all()


def test_circles_without_noise_have_two_radii():
    points, labels = points_of(Circles(noise=0, factor=0.3))
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), np.where(labels == 0, 1, 0.3))


@pytest.mark.parametrize("arms", [2, 5])
def test_spirals_are_the_same_arm_turned(arms: int):
    points, labels = points_of(Spirals(examples=100 * arms, arms=arms, noise=0))
    first, second = (points[labels == arm] @ [1, 1j] for arm in (0, 1))
    np.testing.assert_allclose(second, first * np.exp(2j * np.pi / arms), atol=1e-12)


def test_the_flower_is_a_rose_curve_of_two_classes():
    # as in the Deep Learning Specialization, course 1: r = 4 sin 4θ, x = (r sin θ, r cos θ), one class per half of θ
    points, labels = points_of(PlanarFlower(noise=0))
    angle = np.concatenate([np.linspace(0, np.pi, 200), np.linspace(np.pi, 2 * np.pi, 200)])
    radius = 4 * np.sin(4 * angle)
    np.testing.assert_allclose(points, np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1), atol=1e-12)
    assert labels.tolist() == [0] * 200 + [1] * 200


@pytest.mark.parametrize("petals", [2, 4, 6])
def test_the_petals_of_both_classes_of_a_flower_are_distinct(petals: int):
    reader = PlanarFlower(examples=2 * (2 * petals + 1), petals=petals, noise=0)
    points, labels = points_of(reader)
    tips = np.concatenate([points[labels == label][1::2] for label in (0, 1)])  # where |sin(petals·θ)| is 1
    assert len(tips) == 2 * petals
    directions = np.sort(np.angle(tips @ [1, 1j]))
    np.testing.assert_allclose(np.linalg.norm(tips, axis=1), 4)
    np.testing.assert_allclose(np.diff(directions), np.pi / petals)  # evenly distributed around the center
    assert f" {2 * petals} petals" in reader.read(DataPaths()).description


def test_options_out_of_range():
    with pytest.raises(ConfigError) as few:
        Moons(examples=1).read(DataPaths())
    assert (few.value.code, few.value.key) == ("too_few_examples", "examples")
    for petals in (1, 3):
        with pytest.raises(ConfigError) as odd:
            PlanarFlower(petals=petals)
        assert (odd.value.code, odd.value.key) == ("out_of_range", "petals")
