"""Contracts of an optimizer: it minimizes, resumes bit for bit, and decays weights only."""

from __future__ import annotations

import warnings

import numpy as np

from dlcli.nn import Arena, Parameter
from dlcli.optim import Optimizer
from dlcli.testing.check import Subject


def resumed_training_has_the_same_bits(subject: Subject) -> None:
    """Saving and restoring after 3 of 6 steps gives the bits of 6 steps, also with more than one block of memory."""
    for size in (7, 70_000):
        generator = np.random.default_rng(0)
        start = generator.standard_normal(size).astype(np.float32)
        gradients = generator.standard_normal((6, size)).astype(np.float32)

        whole = Parameter(start.copy())
        arena, optimizer = _set_up(subject, {"weight": whole})
        _descend(optimizer, whole, arena, gradients[:3])
        state, middle = optimizer.state(), whole.data.copy()
        _descend(optimizer, whole, arena, gradients[3:])

        resumed = Parameter(middle)
        arena, optimizer = _set_up(subject, {"weight": resumed})
        optimizer.load_state(state)
        _descend(optimizer, resumed, arena, gradients[3:])
        np.testing.assert_array_equal(whole.data, resumed.data)
        assert not np.array_equal(whole.data, middle), "three steps change nothing"


def finds_the_bottom_of_a_bowl(subject: Subject) -> None:
    """2,000 steps at a learning rate of 0.05 minimize a quadratic function of two variables."""
    parameter = Parameter(np.array([1.0, -1.0]))
    arena, optimizer = _set_up(subject, {"weight": parameter})
    for _ in range(2000):
        arena.zero_grad()
        parameter.accumulate_grad(parameter.data * np.array([1.0, 0.1]))
        optimizer.step(arena, 0.05)
    assert np.abs(parameter.data).max() < 0.03


def only_weights_decay_and_a_gradient_of_zero_moves_nothing(subject: Subject) -> None:
    """Decoupled weight decay scales the weights, and not the parameters with `decay=False`."""
    _check_decay(subject, scale=1.0)


def decay_is_scaled_with_the_learning_rate(subject: Subject) -> None:
    """A parameter's `learning_rate_scale` scales its decay too."""
    _check_decay(subject, scale=0.2)


def overflow_is_left_to_show_in_the_loss(subject: Subject) -> None:
    """A gradient near the largest float32 raises neither an exception nor a warning."""
    parameter = Parameter(np.ones(3, np.float32))
    arena, optimizer = _set_up(subject, {"weight": parameter})
    parameter.accumulate_grad(np.full(3, 3e38, np.float32))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer.step(arena, 100.0)


def an_empty_arena_is_allowed(subject: Subject) -> None:
    """A model without parameters can take a step."""
    arena, optimizer = _set_up(subject, {})
    optimizer.step(arena, 0.1, 0.1)
    assert optimizer.steps == 1


CONTRACTS = (
    resumed_training_has_the_same_bits,
    finds_the_bottom_of_a_bowl,
    only_weights_decay_and_a_gradient_of_zero_moves_nothing,
    decay_is_scaled_with_the_learning_rate,
    overflow_is_left_to_show_in_the_loss,
    an_empty_arena_is_allowed,
)


def _set_up(subject: Subject, parameters: dict[str, Parameter]) -> tuple[Arena, Optimizer]:
    optimizer = subject.create()
    assert isinstance(optimizer, Optimizer), f"{subject} is not an Optimizer"
    arena = Arena(parameters)
    optimizer.setup(arena)
    return arena, optimizer


def _descend(optimizer: Optimizer, parameter: Parameter, arena: Arena, gradients: np.ndarray) -> None:
    for gradient in gradients:
        arena.zero_grad()
        parameter.accumulate_grad(gradient)
        optimizer.step(arena, 0.01, 0.1)


def _check_decay(subject: Subject, *, scale: float) -> None:
    generator = np.random.default_rng(3)
    weight, bias = generator.standard_normal((4, 3)), generator.standard_normal(3)
    parameters = {"weight": Parameter(weight.copy()), "bias": Parameter(bias.copy(), decay=False)}
    parameters["weight"].learning_rate_scale = scale
    arena, optimizer = _set_up(subject, parameters)
    arena.zero_grad()
    optimizer.step(arena, 0.1, 0.5)
    own_decay = getattr(optimizer, "weight_decay", 0.0)
    np.testing.assert_allclose(parameters["weight"].data, (1 - 0.1 * scale * (0.5 + own_decay)) * weight)
    np.testing.assert_array_equal(parameters["bias"].data, bias)
