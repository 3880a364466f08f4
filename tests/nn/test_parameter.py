"""Clearing a gradient without writing its memory."""

from __future__ import annotations

import numpy as np

from dlcli.nn import Parameter


def parameter_with_memory() -> tuple[Parameter, np.ndarray]:
    parameter = Parameter(np.zeros(3))
    memory = np.full(3, 7.0)
    parameter.grad = memory
    return parameter, memory


def test_a_cleared_gradient_is_overwritten_once_and_then_accumulated() -> None:
    parameter, memory = parameter_with_memory()
    parameter.clear_grad()
    np.testing.assert_array_equal(memory, [7, 7, 7])  # nothing was written
    parameter.accumulate_grad(np.ones(3))
    np.testing.assert_array_equal(memory, [1, 1, 1])
    parameter.accumulate_grad(np.ones(3))
    np.testing.assert_array_equal(memory, [2, 2, 2])
    assert parameter.grad is memory


def test_without_clearing_gradients_add_up() -> None:
    parameter, memory = parameter_with_memory()
    parameter.accumulate_grad(np.ones(3))
    np.testing.assert_array_equal(memory, [8, 8, 8])


def test_reading_or_settling_a_cleared_gradient_writes_the_zeros() -> None:
    for settle in (lambda parameter: parameter.grad, Parameter.settle_grad):
        parameter, memory = parameter_with_memory()
        parameter.clear_grad()
        settle(parameter)
        np.testing.assert_array_equal(memory, [0, 0, 0])
        parameter.accumulate_grad(np.ones(3))
        np.testing.assert_array_equal(memory, [1, 1, 1])


def test_memory_is_lent_once_after_clearing() -> None:
    parameter, memory = parameter_with_memory()
    assert parameter.lend_grad() is None
    parameter.clear_grad()
    assert parameter.lend_grad() is memory
    assert parameter.lend_grad() is None
    memory[:] = 5
    parameter.accumulate_grad(memory)  # the lent memory is returned as the gradient
    np.testing.assert_array_equal(memory, [5, 5, 5])


def test_without_memory_the_first_gradient_is_copied() -> None:
    parameter = Parameter(np.zeros(3))
    assert parameter.grad is None
    parameter.clear_grad()
    grad = np.ones(3)
    parameter.accumulate_grad(grad)
    grad += 1
    np.testing.assert_array_equal(parameter.grad, [1, 1, 1])


def test_a_frozen_parameter_gets_no_gradient() -> None:
    parameter = Parameter(np.ones(3))
    assert parameter.trainable
    parameter.trainable = False
    assert not (parameter * 2.0).requires_grad
