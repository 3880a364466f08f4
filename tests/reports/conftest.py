"""A run for the reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlcli.diagnosis import Assessment, SplitOutcome, TrainingResult, assess
from dlcli.tasks import ClassPredictions, ErrorRate, RootMeanSquaredError, ValuePredictions

SPEC: dict[str, Any] = {
    "seed": 0,
    "data": {"split": {"train": 0.6, "dev": 0.2, "test": 0.2, "group_by": None, "files": None, "indices": None}},
    "model": {"architecture": "mlp", "hidden_units": [64], "activation": "relu", "dropout_rate": 0.0},
    "optimizer": {"name": "adam", "learning_rate": 0.001},
    "regularization": {"l1": 0.0, "l2": 0.0, "weight_decay": 0.0, "dropout": 0.0, "early_stopping": None},
    "training": {"epochs": 12},
    "evaluation": {"human_error": 0.01},
}
NAMES = ("cat", "dog", "a|b")


def classified(split: str, errors: int, examples: int) -> SplitOutcome:
    targets = np.arange(examples) % 3
    predictions = targets.copy()
    predictions[:errors] = (targets[:errors] + 1) % 3
    return SplitOutcome(split, ClassPredictions(predictions, np.eye(3)[predictions]), targets)


@pytest.fixture
def make_result() -> Callable[..., TrainingResult]:
    def make(epochs: int = 12, **fields: Any) -> TrainingResult:
        history = [
            {
                "kind": "epoch",
                "epoch": epoch,
                "train/loss": 2.0 * 0.6**epoch,
                "dev/loss": 2.0 * 0.6**epoch + 0.1,
                "train/error": 0.5 * 0.7**epoch,
                "dev/error": 0.5 * 0.7**epoch + 0.05 + 0.01 * (epoch == 12),
            }
            for epoch in range(1, epochs + 1)
        ]
        given: dict[str, Any] = {
            "run": "20261122T101500Z-example-3fa2c1",
            "name": "example",
            "status": "done",
            "measure": ErrorRate(),
            "splits": [classified("train", 5, 600), classified("dev", 16, 200), classified("test", 14, 200)],
            "metrics": {"train/error": 5 / 600, "dev/error": 0.08, "test/error": 0.07, "test/accuracy": 0.93},
            "history": history,
            "optimizing_metric": "dev/error",
            "best_epoch": 11,
            "spec": SPEC,
            "class_names": NAMES,
            "seconds": 1.5,
        }
        return TrainingResult(**(given | fields))

    return make


@pytest.fixture
def result(make_result: Callable[..., TrainingResult]) -> TrainingResult:
    return make_result()


@pytest.fixture
def assessment(result: TrainingResult) -> Assessment:
    return assess(result)


@pytest.fixture
def regression(make_result: Callable[..., TrainingResult]) -> TrainingResult:
    generator = np.random.default_rng(0)
    splits = []
    for split, size, noise in (("train", 120, 1.0), ("dev", 60, 3.0)):
        targets = generator.normal(0, 10, (size, 1))
        splits.append(SplitOutcome(split, ValuePredictions(targets + generator.normal(0, noise, (size, 1))), targets))
    return make_result(
        splits=splits,
        measure=RootMeanSquaredError(),
        optimizing_metric="dev/root_mean_squared_error",
        class_names=(),
    )
