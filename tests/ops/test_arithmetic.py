"""Arithmetic against PyTorch, with broadcasting."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli import ops
from dlcli.autograd import Tensor

GENERATOR = np.random.default_rng(0)
A, B = GENERATOR.standard_normal((2, 1, 4)), GENERATOR.standard_normal((3, 1))
POSITIVE = 0.5 + np.abs(A)


@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "divide", "maximum"])
def test_two_operands(same_as_torch, name: str) -> None:
    torch = pytest.importorskip("torch")
    same_as_torch(getattr(ops, name), getattr(torch, name), A, B)


@pytest.mark.parametrize("name", ["negative", "exp", "absolute"])
def test_one_operand(same_as_torch, name: str) -> None:
    torch = pytest.importorskip("torch")
    same_as_torch(getattr(ops, name), getattr(torch, name), A)


def test_log(same_as_torch) -> None:
    torch = pytest.importorskip("torch")
    same_as_torch(ops.log, torch.log, POSITIVE)


@pytest.mark.parametrize("exponent", [2, 3.0, -1, 0.5])
def test_power(same_as_torch, exponent: float) -> None:
    same_as_torch(lambda x: ops.power(x, exponent), lambda x: x**exponent, POSITIVE)


def test_maximum_shares_the_gradient_of_a_tie() -> None:
    a, b = (Tensor(np.ones(1), requires_grad=True) for _ in range(2))
    ops.maximum(a, b).backward(np.ones(1))
    np.testing.assert_array_equal([a.grad, b.grad], [[0.5], [0.5]])
