"""The advice fits the cause of a divergence."""

from __future__ import annotations

from typing import Any

import pytest

from dlcli.core import DivergedError
from dlcli.settings import Regularization, TrainingSettings
from dlcli.training.divergence import divergence_error
from dlcli.training.non_finite import NonFiniteSource

RATE = "learning_rate"


def diverged(
    source: NonFiniteSource, *, step: int, learning_rate: float = 0.01, **regularization: Any
) -> DivergedError:
    return divergence_error(
        source,
        epoch=1,
        step=step,
        learning_rate=learning_rate,
        settings=TrainingSettings(epochs=1, batch_size=8),
        regularization=Regularization(**regularization),
        checkpoint=None,
    )


@pytest.mark.parametrize("what", ["weights", "output", "gradient", "loss"])
def test_before_the_first_step_no_smaller_learning_rate_is_advised(what: Any) -> None:
    assert diverged(NonFiniteSource(what, "a"), step=0).remedies == {}
    assert diverged(NonFiniteSource(what, "a"), step=1).remedies[RATE] == 0.001


@pytest.mark.parametrize("key", ["l1", "l2"])
def test_a_penalty_is_the_cause_if_everything_else_was_finite(key: str) -> None:
    error = diverged(NonFiniteSource("unknown"), step=0, **{key: 1e308})
    assert f"({key} is 1e+308)" in error.message
    assert error.remedies == {}
    assert RATE in diverged(NonFiniteSource("unknown"), step=1).remedies


def test_weight_decay_is_the_cause_if_it_enlarges_the_weights() -> None:
    source = NonFiniteSource("weights", "a")
    assert "weight decay" in diverged(source, step=9, learning_rate=1.0, weight_decay=3.0).message
    assert "weight decay" not in diverged(source, step=9, learning_rate=1.0, weight_decay=1.0).message


def test_non_finite_inputs_are_blamed_on_the_data() -> None:
    error = diverged(NonFiniteSource("input"), step=0)
    assert "data" in error.message
    assert error.remedies == {}
