"""What is advised has to do with what happened."""

from __future__ import annotations

from typing import Any

import pytest

from dlcli.settings import Regularization, TrainingSettings
from dlcli.training.divergence import divergence_error
from dlcli.training.non_finite import NonFiniteSource

RATE = "optimizer.learning_rate"


def advice(source: NonFiniteSource, *, step: int, learning_rate: float = 0.01, **regularization: Any) -> str:
    error = divergence_error(
        source,
        epoch=1,
        step=step,
        learning_rate=learning_rate,
        settings=TrainingSettings(epochs=1, batch_size=8),
        regularization=Regularization(**regularization),
        checkpoint=None,
    )
    return str(error)


@pytest.mark.parametrize("what", ["weights", "output", "gradient", "loss"])
def test_before_the_first_step_the_learning_rate_is_not_to_blame(what: Any) -> None:
    assert RATE not in advice(NonFiniteSource(what, "a"), step=0)
    assert f"{RATE}=0.001" in advice(NonFiniteSource(what, "a"), step=1)


@pytest.mark.parametrize("key", ["l1", "l2"])
def test_a_penalty_is_to_blame_when_all_else_was_finite(key: str) -> None:
    found = advice(NonFiniteSource("unknown"), step=0, **{key: 1e308})
    assert f"regularization.{key}" in found
    assert RATE not in found
    assert RATE in advice(NonFiniteSource("unknown"), step=1)


def test_weight_decay_is_to_blame_when_it_enlarges_the_weights() -> None:
    assert "weight decay" in advice(NonFiniteSource("weights", "a"), step=9, learning_rate=1.0, weight_decay=3.0)
    assert "weight decay" not in advice(NonFiniteSource("weights", "a"), step=9, learning_rate=1.0, weight_decay=1.0)


def test_inputs_are_to_blame_for_themselves() -> None:
    found = advice(NonFiniteSource("input"), step=0)
    assert "data" in found
    assert RATE not in found
