from __future__ import annotations

from collections.abc import Callable

import pytest

from dlcli.build import Experiment, build_optimizer, build_settings
from dlcli.optim import Adam, Position

Build = Callable[..., Experiment]


def test_nested_components_become_objects(build: Build, iris: str) -> None:
    optimizer = build_optimizer(build(iris).spec)
    assert isinstance(optimizer, Adam)
    assert optimizer.learning_rate_at(Position(2, 1, 3)) == pytest.approx(1e-3 / (1 + 0.5 * 2))


def test_the_settings_are_those_of_the_config(build: Build, iris: str) -> None:
    experiment = build(iris, "training.epochs=7", "training.gradient_clipping={max_norm: 5}", "regularization.l2=0.3")
    settings = build_settings(experiment.spec, experiment.data.preprocessor)
    assert (settings.epochs, settings.max_gradient_norm, settings.l2) == (7, 5, 0.3)
    assert settings.max_gradient_value is None
