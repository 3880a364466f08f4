from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dlcli.assembly import Experiment, build_early_stopping, build_optimizer
from dlcli.core import ConfigError
from dlcli.optim import Adam, Position
from dlcli.settings import GradientClipping, Regularization, TrainingSettings

Build = Callable[..., Experiment]

STOPPING = "regularization.early_stopping"


def test_nested_components_become_objects(build: Build, iris: str) -> None:
    optimizer = build_optimizer(build(iris).spec)
    assert isinstance(optimizer, Adam)
    assert optimizer.learning_rate_at(Position(2, 1, 3)) == pytest.approx(1e-3 / (1 + 0.5 * 2))


def test_the_settings_are_those_of_the_config(build: Build, iris: str) -> None:
    experiment = build(iris, "training.epochs=7", "training.gradient_clipping={max_norm: 5}", "regularization.l2=0.3")
    training, regularization = experiment.spec.training, experiment.spec.regularization
    assert training == TrainingSettings(epochs=7, gradient_clipping=GradientClipping(max_norm=5))
    assert regularization == Regularization(l2=0.3)


@pytest.mark.parametrize(
    ("metric", "right"),
    [("dev/loss", "min"), ("train/loss", "min"), ("dev/error", "min"), ("dev/accuracy", "max"), ("dev/macro_f1", "max"),
     ("null", "min")],
)  # fmt: skip
def test_early_stopping_against_the_direction_of_its_metric_is_refused(
    build: Build, iris: str, metric: str, right: str
) -> None:
    def rule(mode: str) -> Any:
        stopping = f"{STOPPING}={{metric: {metric}, mode: {mode}}}"
        experiment = build(
            iris, stopping, "evaluation.metrics=[error, accuracy, macro_f1]", "evaluation.optimize=dev/error"
        )
        return build_early_stopping(experiment.spec, experiment.metrics, experiment.selection)

    assert rule(right).direction == rule("null").direction == right
    with pytest.raises(ConfigError) as caught:
        rule("min" if right == "max" else "max")
    assert caught.value.code == "conflicting_options"
    assert caught.value.key == f"{STOPPING}.mode"
