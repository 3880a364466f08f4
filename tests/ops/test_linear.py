"""Affine map against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.nn import Parameter

GENERATOR = np.random.default_rng(0)
W, B = GENERATOR.standard_normal((4, 3)), GENERATOR.standard_normal(3)


@pytest.mark.parametrize("shape", [(5, 4), (2, 5, 4), (4,)])
def test_equals_torch(same_as_torch, shape: tuple[int, ...]) -> None:
    torch = pytest.importorskip("torch")
    x = GENERATOR.standard_normal(shape)
    same_as_torch(ops.linear, lambda x, w, b: torch.nn.functional.linear(x, w.T, b), x, W, B)


def test_without_bias(same_as_torch) -> None:
    same_as_torch(ops.linear, lambda x, w: x @ w, GENERATOR.standard_normal((5, 4)), W)


def test_no_gradient_for_an_input_that_does_not_need_it() -> None:
    x, weight = Tensor(np.ones((2, 4))), Parameter(W.copy())
    ops.linear(x, weight).sum().backward()
    assert x.grad is None
    np.testing.assert_array_equal(weight.grad, np.full((4, 3), 2.0))


def test_cleared_gradients_are_written_in_place() -> None:
    weight, bias = Parameter(W.copy()), Parameter(B.copy())
    memory = np.full_like(W, 7.0), np.full_like(B, 7.0)
    weight.grad, bias.grad = memory
    for expected in (2.0, 4.0):  # the first backward overwrites, the second adds
        if expected == 2.0:
            weight.clear_grad()
            bias.clear_grad()
        ops.linear(np.ones((2, 4)), weight, bias).sum().backward()
        assert weight.grad is memory[0]
        np.testing.assert_array_equal(memory[0], np.full((4, 3), expected))
        np.testing.assert_array_equal(memory[1], np.full(3, expected))


def test_a_weight_used_twice_accumulates_into_lent_memory() -> None:
    weight = Parameter(np.eye(3))
    weight.grad = np.full((3, 3), 7.0)
    weight.clear_grad()
    x = np.random.default_rng(0).standard_normal((2, 3))
    ops.linear(ops.linear(x, weight), weight).sum().backward()
    # y = x W W at W = 1: the two uses contribute the same, xᵀ 1
    np.testing.assert_allclose(weight.grad, 2 * np.outer(x.sum(axis=0), np.ones(3)))
