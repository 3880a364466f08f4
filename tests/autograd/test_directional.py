"""Gradient checking along random directions."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli import ops
from dlcli.autograd import Context, Function, Tensor, check_directions


def leaf(*shape: int, seed: int = 0) -> Tensor:
    return Tensor(np.random.default_rng(seed).standard_normal(shape), requires_grad=True)


class AlmostSquare(Function):
    """Square whose gradient is wrong by one percent in every hundredth element."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray) -> np.ndarray:
        ctx.save(x)
        return x * x

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        (x,) = ctx.saved
        slope = 2 * x
        slope[::100] *= 1.01
        return grad * slope


def check(loss, **parameters: Tensor):  # type: ignore[no-untyped-def]
    return check_directions(loss, parameters, generator=np.random.default_rng(0))


def test_correct_gradients_pass_and_arrays_are_restored() -> None:
    w, b, x = leaf(30, 40), leaf(40, seed=1), leaf(5, 30, seed=2)
    before = w.data.copy()
    first, second = check(lambda: ops.tanh(ops.linear(x, w, b)).sum(), w=w, b=b)
    assert first.passed() and second.passed()
    assert (first.parameter, first.index, first.checked, first.kinks, first.size) == ("w", (), 1, 0, 1200)
    np.testing.assert_array_equal(w.data, before)
    assert w.grad is None


def test_a_few_wrong_elements_of_a_thousand_are_detected() -> None:
    x = leaf(1000)
    (outcome,) = check(lambda: AlmostSquare.apply(x).sum(), x=x)
    assert not outcome.passed()
    assert 1e-6 < outcome.relative_error < 1e-2


def test_correct_gradients_pass_with_kinks_within_the_steps() -> None:
    """ReLUs that switch within 1e-6, 1e-7 and 1e-8 of their inputs, on either side."""
    x = leaf(200)
    x.data[:6] = [1e-6, -1e-6, 1e-7, -1e-7, 1e-8, -1e-8]
    (outcome,) = check(lambda: (ops.relu(x) * 3.0 + x * x).sum(), x=x)
    assert outcome.passed()


def test_non_finite_values_fail() -> None:
    x = leaf(3)
    x.data[0] = np.nan
    (outcome,) = check(lambda: (x * x).sum(), x=x)
    assert outcome.relative_error == np.inf
    assert not outcome.passed()


def test_float32_is_refused() -> None:
    x = Tensor(np.ones(3, np.float32), requires_grad=True)
    with pytest.raises(ValueError, match="float32 in x"):
        check(lambda: x.sum(), x=x)
