from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dlcli import kernels
from dlcli.core import ConfigError
from dlcli.data import Batch
from dlcli.nn import Node
from dlcli.optim import SGD
from dlcli.settings import GradientClipping
from dlcli.training.measured_step import measured_step
from dlcli.training.train_step import NonFiniteError

LINEAR = [Node("", "linear", {"units": 3})]


def batch(splits: Any) -> Batch:
    gathered: Batch = splits["train"].gather(np.arange(20))
    return gathered


def test_a_step_follows_the_formula(make_trainer: Any, splits: Any) -> None:
    """SGD, L2 λ/m, decoupled decay: W ← (1 − α·decay) W − α (∂loss/∂W + λ/m W); the bias is not decayed."""
    train_step = make_trainer(
        nodes=LINEAR, optimizer=SGD(learning_rate=0.1), l2=5.0, weight_decay=0.2, gradient_clipping=None, average=False
    ).train_step
    x, y = batch(splits).inputs, batch(splits).targets
    before = {name: array.copy() for name, array in train_step.model.state_dict().items()}
    train_step.compute_gradients(batch(splits))
    logits = x.astype(np.float64) @ before["linear_1.weight"] + before["linear_1.bias"]
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    error = (probabilities - np.eye(3)[y]) / 20  # a − y, the mean over the batch
    train_step.update(0.1)
    after, weight = train_step.model.state_dict(), before["linear_1.weight"]
    expected = (1 - 0.1 * 0.2) * weight - 0.1 * (x.T @ error + 5.0 / 50 * weight)
    np.testing.assert_allclose(after["linear_1.weight"], expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(after["linear_1.bias"], before["linear_1.bias"] - 0.1 * error.sum(axis=0), atol=1e-6)


@pytest.mark.parametrize(("bound", "limit"), [("max_norm", 1e-3), ("max_value", 1e-3)])
def test_gradients_are_clipped(make_trainer: Any, splits: Any, bound: str, limit: float) -> None:
    clipping = GradientClipping(**{bound: limit})
    train_step = make_trainer(
        nodes=LINEAR, optimizer=SGD(learning_rate=1.0), average=False, gradient_clipping=clipping
    ).train_step
    before = train_step.arena.data.copy()
    train_step.compute_gradients(batch(splits))
    train_step.update(1.0)
    change = before.astype(np.float64) - train_step.arena.data
    size = np.linalg.norm(change) if bound == "max_norm" else np.abs(change).max()
    assert size == pytest.approx(limit, rel=1e-3)


def test_a_measured_step_is_the_same_step(make_trainer: Any, splits: Any) -> None:
    plain, measured = make_trainer().train_step, make_trainer().train_step
    loss, outputs = plain.compute_gradients(batch(splits))
    plain.update(0.02)
    same_loss, same_outputs, magnitudes = measured_step(measured, batch(splits), 0.02)
    assert loss == same_loss
    np.testing.assert_array_equal(outputs, same_outputs)
    np.testing.assert_array_equal(plain.arena.data, measured.arena.data)
    expected = np.sqrt(np.mean(np.square(outputs.astype(np.float64))))
    assert magnitudes.activation_rms["linear_2"] == pytest.approx(float(expected))


def test_averaged_weights_are_used_for_evaluation_only(make_trainer: Any, splits: Any) -> None:
    train_step = make_trainer(average=True).train_step
    for _ in range(5):
        train_step.compute_gradients(batch(splits))
        train_step.update(0.1)
    trained = train_step.arena.data.copy()
    with train_step.evaluation_weights.applied():
        assert not np.array_equal(train_step.arena.data, trained)
    np.testing.assert_array_equal(train_step.arena.data, trained)


def test_a_non_finite_loss_raises_before_the_update(make_trainer: Any, splits: Any) -> None:
    train_step = make_trainer(nodes=LINEAR).train_step
    non_finite = batch(splits)
    non_finite.inputs[0, 0] = np.nan
    with pytest.raises(NonFiniteError):
        train_step.compute_gradients(non_finite)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_one_element_makes_an_array_non_finite(value: float) -> None:
    values = np.zeros(1000, np.float32)
    assert kernels.is_finite(values)
    values[500] = value
    assert not kernels.is_finite(values)


def test_large_numbers_are_finite() -> None:
    with np.errstate(over="ignore"):
        assert kernels.is_finite(np.full(3, 1e30, np.float32))  # although their squares are not


def test_a_model_without_trainable_parameters_is_rejected(make_trainer: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        make_trainer(nodes=[Node("", "identity")])
    assert (caught.value.code, caught.value.key) == ("not_applicable", "model")
