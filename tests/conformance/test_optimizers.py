"""Every optimizer: equal to torch at every step, and the conformance suite of `dlcli.testing`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import dlcli.components  # noqa: F401  # fills the registry
from dlcli import testing
from dlcli.core import registry
from dlcli.nn import Arena, Parameter
from dlcli.optim import SGD, Adagrad, Adam, AdamW, Momentum, Optimizer, RMSProp, add_penalty_gradient

NAMES = registry.names("optimizer")
STEPS = 50

#: name of the class in torch.optim, its options, and the equivalent optimizer
TWINS: dict[str, tuple[str, dict[str, Any], Callable[[], Optimizer]]] = {
    "sgd": ("SGD", {"lr": 0.1}, lambda: SGD(learning_rate=0.1)),
    "sgd with momentum": (
        "SGD",
        {"lr": 0.05, "momentum": 0.9},
        lambda: SGD(learning_rate=0.05, momentum=0.9),
    ),
    "nesterov": (
        "SGD",
        {"lr": 0.05, "momentum": 0.9, "nesterov": True},
        lambda: SGD(learning_rate=0.05, momentum=0.9, nesterov=True),
    ),
    "averaged momentum": (  # the classical form with α (1 − β)
        "SGD",
        {"lr": 0.01, "momentum": 0.9},
        lambda: Momentum(learning_rate=0.1, beta=0.9),
    ),
    "adagrad": ("Adagrad", {"lr": 0.1}, lambda: Adagrad(learning_rate=0.1)),
    "rmsprop": (
        "RMSprop",
        {"lr": 0.01, "alpha": 0.99, "eps": 1e-6},
        lambda: RMSProp(learning_rate=0.01, beta=0.99, epsilon=1e-6),
    ),
    "centered rmsprop": (
        "RMSprop",
        {"lr": 0.001, "alpha": 0.9, "centered": True},
        lambda: RMSProp(learning_rate=0.001, beta=0.9, centered=True),
    ),
    "adam": (
        "Adam",
        {"lr": 0.05, "betas": (0.8, 0.99), "eps": 1e-6},
        lambda: Adam(learning_rate=0.05, beta1=0.8, beta2=0.99, epsilon=1e-6),
    ),
    "adamw": ("AdamW", {"lr": 0.02, "weight_decay": 0.1}, lambda: AdamW(learning_rate=0.02, weight_decay=0.1)),
}


def make_parameters(dtype: type = np.float64) -> dict[str, Parameter]:
    generator = np.random.default_rng(3)
    return {
        "weight": Parameter(generator.standard_normal((4, 3)).astype(dtype)),
        "bias": Parameter(generator.standard_normal(3).astype(dtype), decay=False),
    }


def gradient_at(step: int, name: str, values: np.ndarray) -> np.ndarray:
    """Return the gradient of least squares with noise of very different scales; the same draws for both libraries."""
    generator = np.random.default_rng([step, len(name)])
    noise = generator.standard_normal(values.shape) * 10.0 ** generator.integers(-3, 2)
    return (0.3 * values + noise).astype(values.dtype)


def our_values(
    optimizer: Optimizer, dtype: type, *, l2: float = 0.0, weight_decay: float = 0.0
) -> dict[str, np.ndarray]:
    parameters = make_parameters(dtype)
    arena = Arena(parameters)
    optimizer.setup(arena)
    for step in range(STEPS):
        arena.zero_grad()
        for name, parameter in parameters.items():
            parameter.accumulate_grad(gradient_at(step, name, parameter.data))
        if l2:
            add_penalty_gradient(arena, 0.0, l2, 1)
        optimizer.step(arena, optimizer.learning_rate, weight_decay)
    return {name: parameter.data for name, parameter in parameters.items()}


def torch_values(name: str, options: dict[str, Any], dtype: type, *, decay: dict[str, float]) -> dict[str, np.ndarray]:
    torch = pytest.importorskip("torch")
    tensors = {key: torch.from_numpy(value.data.copy()) for key, value in make_parameters(dtype).items()}
    tensors = {key: tensor.requires_grad_() for key, tensor in tensors.items()}
    groups = [{"params": [tensor], "weight_decay": decay[key]} for key, tensor in tensors.items()]
    twin = getattr(torch.optim, name)(groups, **options)
    for step in range(STEPS):
        for key, tensor in tensors.items():
            tensor.grad = torch.from_numpy(gradient_at(step, key, tensor.detach().numpy()))
        twin.step()
    return {key: tensor.detach().numpy() for key, tensor in tensors.items()}


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 2e-5)])
@pytest.mark.parametrize("case", TWINS)
def test_equals_torch_at_every_step(case: str, dtype: type, tolerance: float) -> None:
    name, options, make = TWINS[case]
    decay = options.get("weight_decay", 0.0)
    theirs = torch_values(name, options, dtype, decay={"weight": decay, "bias": 0.0})
    ours = our_values(make(), dtype)
    for key, values in ours.items():
        assert values.dtype == dtype
        assert np.abs(values - theirs[key]).max() <= tolerance


@pytest.mark.parametrize("case", [case for case in TWINS if case != "adamw"])
def test_l2_penalty_equals_torchs_coupled_weight_decay(case: str) -> None:
    name, options, make = TWINS[case]
    theirs = torch_values(name, options, np.float64, decay={"weight": 0.2, "bias": 0.0})
    ours = our_values(make(), np.float64, l2=0.2)
    for key, values in ours.items():
        assert np.abs(values - theirs[key]).max() <= 1e-12


def test_decoupled_decay_of_adam_equals_torchs_adamw() -> None:
    theirs = torch_values("AdamW", {"lr": 0.02}, np.float64, decay={"weight": 0.1, "bias": 0.0})
    for key, values in our_values(Adam(learning_rate=0.02), np.float64, weight_decay=0.1).items():
        assert np.abs(values - theirs[key]).max() <= 1e-12


@pytest.mark.parametrize("case", [case for case in TWINS if case != "adamw"])
def test_scaled_learning_rate_equals_a_parameter_group_of_torch(case: str) -> None:
    torch = pytest.importorskip("torch")
    name, options, make = TWINS[case]
    ours = make_parameters()
    ours["weight"].learning_rate_scale = 0.25
    arena, optimizer = Arena(ours), make()
    optimizer.setup(arena)
    tensors = {key: torch.from_numpy(value.data.copy()).requires_grad_() for key, value in make_parameters().items()}
    rates = {"weight": 0.25 * options["lr"], "bias": options["lr"]}
    groups = [{"params": [tensor], "lr": rates[key]} for key, tensor in tensors.items()]
    twin = getattr(torch.optim, name)(groups, **options)
    for step in range(STEPS):
        arena.zero_grad()
        for key, parameter in ours.items():
            parameter.accumulate_grad(gradient_at(step, key, parameter.data))
            tensors[key].grad = torch.from_numpy(gradient_at(step, key, tensors[key].detach().numpy()))
        optimizer.step(arena, optimizer.learning_rate)
        twin.step()
    for key, parameter in ours.items():
        assert np.abs(parameter.data - tensors[key].detach().numpy()).max() <= 1e-12


# Worked by hand: one parameter, w = 1, gradients 0.5 and then −0.25, learning rate 0.1.
ROOT_HALF = math.sqrt(0.5)
WORKED: dict[str, tuple[Optimizer, float, float]] = {
    "sgd": (SGD(learning_rate=0.1), 0.95, 0.975),
    # v = 0.5, then 0.9 · 0.5 − 0.25 = 0.2
    "classical momentum": (SGD(learning_rate=0.1, momentum=0.9), 0.95, 0.93),
    # g + 0.9 v = 0.95, then −0.25 + 0.9 · 0.2 = −0.07
    "nesterov": (SGD(learning_rate=0.1, momentum=0.9, nesterov=True), 0.905, 0.912),
    # v = 0.05, then 0.9 · 0.05 − 0.1 · 0.25 = 0.02
    "averaged momentum": (Momentum(learning_rate=0.1, beta=0.9), 0.995, 0.993),
    # s = 0.25, then 0.3125; 0.25 / √0.3125 = 1 / √5
    "adagrad": (Adagrad(learning_rate=0.1, epsilon=1e-12), 0.9, 0.9 + 0.1 / math.sqrt(5)),
    # β = 0.5: s = 0.125, g / √s = √2; then s = 0.0625 + 0.03125, 0.25 / √0.09375 = √(2/3)
    "rmsprop": (
        RMSProp(learning_rate=0.1, beta=0.5, epsilon=1e-12),
        1 - 0.1 / ROOT_HALF,
        1 - 0.1 / ROOT_HALF + 0.1 * math.sqrt(2 / 3),
    ),
    # β = 0.5: m = 0.25, s − m² = 0.0625, step 0.5 / 0.25 = 2; then m = 0, s = 0.09375, step −√(2/3)
    "centered rmsprop": (
        RMSProp(learning_rate=0.1, beta=0.5, epsilon=1e-12, centered=True),
        0.8,
        0.8 + 0.1 * math.sqrt(2 / 3),
    ),
    # β₁ = β₂ = 0.5: m̂ = 0.5, v̂ = 0.25, step 1; then m = 0 and the parameter stays
    "adam": (Adam(learning_rate=0.1, beta1=0.5, beta2=0.5, epsilon=1e-12), 0.9, 0.9),
    # the same after w · (1 − 0.1 · 0.5)
    "adamw": (AdamW(learning_rate=0.1, beta1=0.5, beta2=0.5, epsilon=1e-12, weight_decay=0.5), 0.85, 0.8075),
}


@pytest.mark.parametrize("case", WORKED)
def test_two_steps_worked_by_hand(case: str) -> None:
    optimizer, after_one, after_two = WORKED[case]
    parameter = Parameter(np.array([1.0]))
    arena = Arena({"weight": parameter})
    optimizer.setup(arena)
    for gradient, expected in [(0.5, after_one), (-0.25, after_two)]:
        arena.zero_grad()
        parameter.accumulate_grad(np.array([gradient]))
        optimizer.step(arena, 0.1)
        assert parameter.data[0] == pytest.approx(expected, abs=1e-10)


def test_there_are_optimizers() -> None:
    assert len(NAMES) >= 6


@pytest.mark.parametrize(
    "check",
    [
        *(check for name in NAMES for check in testing.checks("optimizer", name)),
        *testing.checks("optimizer", "sgd", options={"learning_rate": 0.05, "momentum": 0.9, "nesterov": True}),
    ],
    ids=str,
)
def test_contract(check: testing.Check) -> None:
    check()
