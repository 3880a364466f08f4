"""Permutation test of influence: false positives and power."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from dlcli.search.influence import are_influential, basis_functions

Cost = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def detections(cost: Cost, configurations: int, repeats: int, parameters: int = 5) -> np.ndarray:
    """Return which parameters were significant in sweeps of uniform parameters `(repeats, parameters)`."""
    rows = []
    for seed in range(repeats):
        random = np.random.default_rng(seed)
        normalized = random.random((configurations, parameters))
        rows.append(
            are_influential([basis_functions(side, None) for side in normalized.T], cost(normalized, random), random)
        )
    return np.array(rows)


def noise(normalized: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return random.standard_normal(len(normalized))


def strong_and_weak(normalized: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Shares of 74 % and 8 %, the rest is noise; the factor √12 normalizes the variance of a uniform number to 1."""
    return np.sqrt(12) * (1.5 * normalized[:, 0] + 0.5 * normalized[:, 1]) + 0.74 * noise(normalized, random)


def test_false_positive_rate() -> None:
    """5 % of 60 sweeps is 3; the probability of 9 or more is 0.003."""
    assert detections(noise, 30, 60).any(axis=1).sum() <= 8


def test_weak_influence_is_detected_next_to_strong_one() -> None:
    rates = detections(strong_and_weak, 60, 20).mean(axis=0)
    assert rates[0] == 1
    assert rates[1] > 0.7
    assert rates[2:].max() < 0.3


def test_influence_of_choice_and_inactive_parameter() -> None:
    random = np.random.default_rng(0)
    which = random.integers(3, size=60)
    normalized = np.where(which == 1, random.random(60), np.nan)
    costs = np.array([0.0, 1.0, 0.2])[which] + 0.1 * random.standard_normal(60)
    bases = [
        basis_functions((which + 0.5) / 3, 3),
        basis_functions(normalized, None),
        basis_functions(random.random(60), None),
    ]
    assert are_influential(bases, costs, random) == [True, False, False]


def test_no_influence_with_too_few_configurations() -> None:
    random = np.random.default_rng(0)
    bases = [basis_functions(random.random(5), None) for _ in range(3)]
    assert are_influential(bases, random.random(5), random) == [False, False, False]


@pytest.mark.slow
@pytest.mark.parametrize("configurations", [12, 20, 60, 200])
def test_false_positive_rate_by_number_of_configurations(configurations: int) -> None:
    """5 % of 400 is 20, with a standard deviation of 4.4."""
    assert detections(noise, configurations, 400).any(axis=1).sum() <= 20 + 3 * 4.4


@pytest.mark.slow
@pytest.mark.parametrize("freedom", [1.5, 3])
def test_false_positive_rate_with_heavy_tails(freedom: float) -> None:
    """False positives among numeric, conditional, correlated and unordered parameters with heavy-tailed noise."""
    false_positives = 0
    for seed in range(400):
        random = np.random.default_rng(seed)
        side = random.random(30)
        which = random.integers(3, size=30)
        bases = [
            basis_functions(side, None),
            basis_functions(np.clip(side + 0.1 * random.standard_normal(30), 0, 1), None),
            basis_functions((which + 0.5) / 3, 3),
            basis_functions(np.where(which == 1, random.random(30), np.nan), None),
        ]
        false_positives += any(are_influential(bases, random.standard_t(freedom, 30), random))
    assert false_positives <= 20 + 3 * 4.4  # 5 % of 400, and three standard deviations
