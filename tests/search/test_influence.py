"""Which parameters matter: false alarms under noise, and what is found where something matters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from dlcli.search.influence import basis, influences

Cost = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def found(cost: Cost, configurations: int, repeats: int, parameters: int = 5) -> np.ndarray:
    """(repeats, parameters) which were found in sweeps of uniform parameters."""
    rows = []
    for seed in range(repeats):
        random = np.random.default_rng(seed)
        normalized = random.random((configurations, parameters))
        rows.append(influences([basis(side, None) for side in normalized.T], cost(normalized, random), random))
    return np.array(rows)


def noise(normalized: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return random.standard_normal(len(normalized))


def one_and_a_weak_one(normalized: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Shares of 74 % and 8 %, the rest is noise: √12 makes a uniform number's variance 1."""
    return np.sqrt(12) * (1.5 * normalized[:, 0] + 0.5 * normalized[:, 1]) + 0.74 * noise(normalized, random)


def test_noise_is_taken_for_an_influence_in_few_sweeps() -> None:
    """5 % of 60 sweeps are 3; 9 or more have the probability 0.003."""
    assert found(noise, 30, 60).any(axis=1).sum() <= 8


def test_a_weak_influence_is_found_beside_a_strong_one() -> None:
    rates = found(one_and_a_weak_one, 60, 20).mean(axis=0)
    assert rates[0] == 1
    assert rates[1] > 0.7
    assert rates[2:].max() < 0.3


def test_a_choice_and_a_switched_off_parameter() -> None:
    random = np.random.default_rng(0)
    which = random.integers(3, size=60)
    normalized = np.where(which == 1, random.random(60), np.nan)
    costs = np.array([0.0, 1.0, 0.2])[which] + 0.1 * random.standard_normal(60)
    bases = [basis((which + 0.5) / 3, 3), basis(normalized, None), basis(random.random(60), None)]
    assert influences(bases, costs, random) == [True, False, False]


def test_nothing_is_found_where_functions_are_as_many_as_configurations() -> None:
    random = np.random.default_rng(0)
    bases = [basis(random.random(5), None) for _ in range(3)]
    assert influences(bases, random.random(5), random) == [False, False, False]


@pytest.mark.slow
@pytest.mark.parametrize("configurations", [12, 20, 60, 200])
def test_noise_by_number_of_configurations(configurations: int) -> None:
    """5 % of 400 are 20 with a standard deviation of 4.4."""
    assert found(noise, configurations, 400).any(axis=1).sum() <= 20 + 3 * 4.4


@pytest.mark.slow
@pytest.mark.parametrize("freedom", [1.5, 3])
def test_heavy_noise_on_parameters_of_every_kind(freedom: float) -> None:
    """False alarms in sweeps of numbers, choices, switches and correlated parameters whose costs have no variance."""
    alarms = 0
    for seed in range(400):
        random = np.random.default_rng(seed)
        side = random.random(30)
        which = random.integers(3, size=30)
        bases = [
            basis(side, None),
            basis(np.clip(side + 0.1 * random.standard_normal(30), 0, 1), None),
            basis((which + 0.5) / 3, 3),
            basis(np.where(which == 1, random.random(30), np.nan), None),
        ]
        alarms += any(influences(bases, random.standard_t(freedom, 30), random))
    assert alarms <= 20 + 3 * 4.4  # 5 % of 400, and three standard deviations
