import math
from collections.abc import Callable
from typing import Any

import pytest

from dlcli.diagnosis import Evidence, IdenticalUnits
from dlcli.diagnosis.knobs.fit_train import (
    better_optimizer,
    bigger_network,
    break_symmetry,
    less_regularization,
    lower_learning_rate,
    raise_learning_rate,
    revive_units,
    train_longer,
)

Make = Callable[..., Evidence]
Spec = Callable[..., dict[str, Any]]
FALLING = [2.3 * math.exp(-epoch / 15) for epoch in range(20)]
ZEROS = {"name": "zeros"}
LAYERS = {"layers": [{"linear": {"units": 8, "initializer": ZEROS}}, "relu", {"linear": {"units": 3}}], "output": None}
SYMMETRIC = (IdenticalUnits("linear_1.weight", 64),)


@pytest.mark.parametrize(("activation", "initializer"), [("relu", "he_normal"), ("tanh", "xavier_normal")])
def test_the_advised_initializer_depends_on_the_activation(
    make_evidence: Make, make_spec: Spec, activation: str, initializer: str
) -> None:
    model = {"architecture": "mlp", "hidden_units": [64], "activation": activation, "initializer": ZEROS}
    advice = break_symmetry(make_evidence(spec=make_spec(model=model), identical=SYMMETRIC))
    assert advice is not None and advice.settings == {"model.initializer": initializer}
    assert "linear_1.weight (64 units)" in advice.why


def test_symmetry_in_a_list_of_layers_is_an_action(make_evidence: Make, make_spec: Spec) -> None:
    advice = break_symmetry(make_evidence(spec=make_spec(model=LAYERS), identical=SYMMETRIC))
    assert advice is not None and advice.set_line is None and "initializer: he_normal" in advice.action


def test_random_initial_weights_need_no_other_initializer(make_evidence: Make) -> None:
    # the initializer is he_normal: a strong penalty may have made the units equal
    assert break_symmetry(make_evidence(identical=SYMMETRIC)) is None


@pytest.mark.parametrize(
    ("loss", "rate"),
    [
        ([1.0, math.nan, math.nan, math.nan], 1e-4),
        ([1 + 0.5 * (-1.0) ** epoch for epoch in range(20)], 3e-4),
        (FALLING, None),
    ],
    ids=["diverging", "oscillating", "falling"],
)
def test_lower_learning_rate(make_evidence: Make, loss: list[float], rate: float | None) -> None:
    advice = lower_learning_rate(make_evidence(loss=loss))
    assert (advice and advice.settings) == (rate and {"optimizer.learning_rate": rate})


def test_higher_learning_rate_for_a_constant_loss(make_evidence: Make) -> None:
    advice = raise_learning_rate(make_evidence(loss=[2.302 - 1e-5 * epoch for epoch in range(20)]))
    assert advice is not None and advice.settings == {"optimizer.learning_rate": 0.01}
    assert raise_learning_rate(make_evidence(loss=FALLING)) is None


def test_a_higher_learning_rate_does_not_break_symmetry(make_evidence: Make) -> None:
    stuck = make_evidence(loss=[2.302] * 20, identical=SYMMETRIC)
    assert raise_learning_rate(stuck) is None


def test_dead_units(make_evidence: Make, make_spec: Spec) -> None:
    dead = {"relu_1": 0.8, "relu_2": 0.1}
    advice = revive_units(make_evidence(dead_units=dead))
    assert advice is not None and advice.settings == {"model.activation": "leaky_relu"}
    assert "80 % of relu_1" in advice.why and "relu_2" not in advice.why
    assert revive_units(make_evidence(dead_units=dead, spec=make_spec(model__activation="gelu"))) is None
    assert revive_units(make_evidence()) is None


def test_longer_training_needs_a_falling_loss_at_the_last_epoch(make_evidence: Make) -> None:
    advice = train_longer(make_evidence(loss=FALLING))
    assert advice is not None and advice.settings == {"training.epochs": 40}
    assert train_longer(make_evidence()) is None
    assert train_longer(make_evidence(loss=FALLING[:12])) is None  # early stopping at epoch 12 of 20


@pytest.mark.parametrize(
    ("model", "settings"),
    [
        ({"architecture": "mlp", "hidden_units": [64, 32]}, {"model.hidden_units": [128, 64]}),
        ({"architecture": "mlp", "hidden_units": []}, {"model.hidden_units": [64]}),
        (
            {"architecture": "logistic_regression", "initializer": None},
            {"model": {"architecture": "mlp", "hidden_units": [64]}},
        ),
        (LAYERS, {}),
    ],
)
def test_bigger_network(make_evidence: Make, make_spec: Spec, model: dict[str, Any], settings: dict[str, Any]) -> None:
    advice = bigger_network(make_evidence(spec=make_spec(model=model)))
    assert advice is not None and advice.settings == settings
    assert bool(advice.action) is not bool(settings)


def test_identical_units_need_no_wider_layers(make_evidence: Make) -> None:
    assert bigger_network(make_evidence(identical=SYMMETRIC)) is None


@pytest.mark.parametrize(("now", "advised"), [(0.1, 0.01), (0.02, 0.002), (1.0, 0.01), (1e-4, 0.001)])
def test_adam_if_gradient_descent_has_not_converged(
    make_evidence: Make, make_spec: Spec, now: float, advised: float
) -> None:
    plain = make_spec(optimizer={"name": "sgd", "learning_rate": now, "momentum": 0.0})
    advice = better_optimizer(make_evidence(spec=plain, loss=FALLING))
    assert advice is not None and advice.settings == {"optimizer": {"name": "adam", "learning_rate": advised}}
    assert better_optimizer(make_evidence(spec=plain)) is None, "it has converged"
    assert better_optimizer(make_evidence(loss=FALLING)) is None, "it is Adam"


def test_less_regularization_names_the_current_values(make_evidence: Make, make_spec: Spec) -> None:
    strong = make_spec(regularization__l2=30.0, regularization__dropout=0.5)
    advice = less_regularization(make_evidence(spec=strong))
    assert advice is not None
    assert advice.settings == {"regularization.l2": 3.0, "regularization.dropout": 0.25}
    assert advice.why.endswith("l2 30, dropout 0.5")
    assert less_regularization(make_evidence()) is None
