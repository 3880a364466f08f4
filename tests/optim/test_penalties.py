from __future__ import annotations

import math

import numpy as np
import pytest

from dlcli.nn import Arena, Parameter
from dlcli.optim import add_penalty_gradient, penalty, sparsity


@pytest.fixture
def arena() -> Arena:
    return Arena(
        {
            "linear.bias": Parameter(np.array([5.0]), decay=False),
            "linear.weight": Parameter(np.array([[2.0, 0.0], [-1.0, 1e-4]])),
        }
    )


def test_penalty_equals_its_formula(arena: Arena) -> None:
    """λ₁/m · (2 + 1 + 1e-4) and λ₂/2m · (4 + 1 + 1e-8), with m = 10; the bias does not count."""
    assert penalty(arena, 0.5, 0.0, 10) == pytest.approx(0.05 * 3.0001)
    assert penalty(arena, 0.0, 0.4, 10) == pytest.approx(0.02 * 5.00000001)
    assert penalty(arena, 0.5, 0.4, 10) == pytest.approx(0.05 * 3.0001 + 0.02 * 5.00000001)


@pytest.mark.parametrize(("l1", "l2"), [(0.7, 0.0), (0.0, 0.3), (0.7, 0.3)])
def test_gradient_is_the_derivative_and_is_added(arena: Arena, l1: float, l2: float) -> None:
    arena.grad[:] = 1
    add_penalty_gradient(arena, l1, l2, 10)
    step = 1e-5  # below the smallest weight that is not zero
    for index in range(len(arena)):
        if arena.data[index] == 0:
            continue  # the kink of |w|, where the gradient is taken as 0
        values = []
        for shift in (step, -2 * step):
            arena.data[index] += shift
            values.append(penalty(arena, l1, l2, 10))
        arena.data[index] += step
        assert arena.grad[index] - 1 == pytest.approx((values[0] - values[1]) / (2 * step), abs=1e-8)


def test_no_penalty_pulls_at_zero_or_at_a_bias(arena: Arena) -> None:
    arena.grad[:] = 0
    add_penalty_gradient(arena, 1.0, 1.0, 1)
    assert np.array_equal(arena.grad == 0, [False, True, False, False, True])


def test_gradient_of_a_large_arena() -> None:
    arena = Arena({"weight": Parameter(np.linspace(-1, 1, 100_001, dtype=np.float32))})
    add_penalty_gradient(arena, 0.5, 0.25, 1)
    assert arena.grad == pytest.approx(0.5 * np.sign(arena.data) + 0.25 * arena.data, abs=1e-6)


def test_sparsity_counts_weights_near_zero(arena: Arena) -> None:
    assert sparsity(arena) == 0.5
    assert sparsity(arena, threshold=0.0) == 0.25
    assert math.isnan(sparsity(Arena({})))
