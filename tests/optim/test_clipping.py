from __future__ import annotations

import math

import numpy as np
import pytest

from dlcli.nn import Arena, Parameter
from dlcli.optim import clip_by_norm, clip_by_value


def arena_with_gradient(*gradient: float) -> Arena:
    parameters = {"weight": Parameter(np.zeros(len(gradient) - 1)), "bias": Parameter(np.zeros(1), decay=False)}
    arena = Arena(parameters)
    arena.grad[:] = gradient
    return arena


def test_a_long_gradient_keeps_its_direction() -> None:
    arena = arena_with_gradient(3, 0, 4)
    assert clip_by_norm(arena, 1.0) == 5
    assert arena.grad == pytest.approx([0.6, 0, 0.8])


def test_a_short_gradient_is_unchanged() -> None:
    arena = arena_with_gradient(3, 0, 4)
    assert clip_by_norm(arena, 5.0) == 5
    assert np.array_equal(arena.grad, [3, 0, 4])


@pytest.mark.parametrize("value", [math.inf, math.nan])
def test_a_non_finite_gradient_is_unchanged(value: float) -> None:
    arena = arena_with_gradient(1, 2, value)
    assert not math.isfinite(clip_by_norm(arena, 1.0))
    assert np.array_equal(arena.grad, [1, 2, value], equal_nan=True)


def test_clipping_by_value() -> None:
    arena = arena_with_gradient(3, -0.5, -4)
    clip_by_value(arena, 1.0)
    assert np.array_equal(arena.grad, [1, -0.5, -1])


def test_equals_torch() -> None:
    torch = pytest.importorskip("torch")
    gradient = np.random.default_rng(0).standard_normal(50) * 10
    arena = arena_with_gradient(*gradient)
    tensor = torch.zeros(50, dtype=torch.float64, requires_grad=True)
    tensor.grad = torch.from_numpy(gradient.copy())
    expected = torch.nn.utils.clip_grad_norm_([tensor], 2.0)
    assert clip_by_norm(arena, 2.0) == pytest.approx(float(expected))
    assert arena.grad == pytest.approx(tensor.grad.numpy(), rel=1e-6)  # torch adds 1e-6 to the norm
