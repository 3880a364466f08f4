"""Warnings about settings without the expected effect."""

from __future__ import annotations

import functools
import re
from typing import Any

import numpy as np
import pytest

from dlcli.data import ClassLabels, Split, Values
from dlcli.data.normalization import NoNormalization
from dlcli.losses import SoftmaxCrossEntropy
from dlcli.nn import Node
from dlcli.optim import Adam, Constant, Cosine, Staircase
from dlcli.tasks import Classification, Regression

LINEAR = [Node("", "linear", {"units": 3})]


def weighted(trainer: Any, class_weights: Any) -> Any:
    """Return the warnings of the same training with class weights."""
    from dlcli.training.warnings import training_warnings

    task = Classification(
        ClassLabels(("0", "1", "2"), counts=(10, 10, 30)), loss=SoftmaxCrossEntropy(class_weights=class_weights)
    )
    return list(
        training_warnings(
            trainer.evaluator.train,
            trainer.batches,
            task,
            trainer.model,
            trainer.train_step.optimizer,
            trainer.total_steps,
        )
    )


@pytest.mark.parametrize(
    ("class_weights", "batch_size", "count"),
    [
        ([1.0, 1.0, 50.0], 1, 1),
        ("balanced", 1, 1),
        ([2.0, 2.0, 2.0], 1, 0),
        (None, 1, 0),
        ([1.0, 1.0, 50.0], 2, 0),
        ("balanced", "full", 0),
    ],
)
def test_class_weights_that_cancel(make_trainer: Any, class_weights: Any, batch_size: Any, count: int) -> None:
    trainer = make_trainer(nodes=LINEAR, batch_size=batch_size)
    assert len(weighted(trainer, class_weights)) == count


def test_a_merged_batch_is_named_once_in_the_log_and_in_the_summary(make_trainer: Any, splits: Any) -> None:
    train = splits["train"]
    odd = Split("train", train.inputs[:49], train.targets[:49], np.arange(49))
    trainer = make_trainer(data={**splits, "train": odd}, epochs=2)
    summary = trainer.train()
    assert summary.steps == 2 * 3
    assert len(summary.warnings) == 1
    assert (trainer.folder.path / "train.log").read_text().count(summary.warnings[0]) == 1
    again = make_trainer(data={**splits, "train": odd}, epochs=3).resume()
    assert again.warnings == summary.warnings
    assert (trainer.folder.path / "train.log").read_text().count(summary.warnings[0]) == 1


@pytest.mark.parametrize("layer", ["softmax", "sigmoid", "tanh", "relu", "softplus", "dropout"])
def test_an_output_layer_that_changes_logits_is_named(make_trainer: Any, layer: str) -> None:
    (warning,) = make_trainer(nodes=[*LINEAR, Node("", layer, {"rate": 0.2} if layer == "dropout" else {})]).warnings
    assert f"{layer}_1" in warning


@pytest.mark.parametrize("layer", ["identity", "leaky_relu"])
def test_other_output_layers_are_not(make_trainer: Any, layer: str) -> None:
    assert make_trainer(nodes=[*LINEAR, Node("", layer)]).warnings == ()


@pytest.mark.parametrize(
    ("layer", "targets", "count"),
    [
        ("sigmoid", [0.0, 0.5, 1.0], 0),
        ("sigmoid", [0.0, 100.0, 1.0], 1),
        ("tanh", [-1.0, 0.5, 1.0], 0),
        ("tanh", [-1.5, 0.5, 1.0], 1),
        ("relu", [0.0, 1.0, 1e6], 0),
        ("relu", [-0.1, 1.0, 1e6], 1),
        ("identity", [-1e6, 0.0, 1e6], 0),
    ],
)
def test_targets_outside_the_range_of_the_output_layer(
    make_trainer: Any, layer: str, targets: list[float], count: int
) -> None:
    from dlcli.training.warnings import training_warnings

    trainer = make_trainer(nodes=[Node("", "linear", {"units": 3}), Node("", layer)])
    values = np.array(targets, np.float32)[:, None]
    train = Split("train", np.zeros((3, 4), np.float32), values, np.arange(3))
    task = Regression(Values.of(values, NoNormalization(), ("y",)))
    warnings = training_warnings(
        train, trainer.batches, task, trainer.model, trainer.train_step.optimizer, trainer.total_steps
    )
    assert len(list(warnings)) == count


@pytest.mark.parametrize("schedule", [Constant, Cosine, functools.partial(Staircase, every=1.0)])
@pytest.mark.parametrize(
    ("warmup_steps", "limits", "highest"),
    [
        (8, {"epochs": 2}, None),  # 50 examples in batches of 16 are 4 steps per epoch
        (10, {"epochs": 2}, 0.4),
        (8, {"epochs": 2, "max_steps": 7}, 0.4375),
        (8, {"epochs": 3, "max_steps": 8}, None),
        (0, {"epochs": 1, "max_steps": 1}, None),
    ],
)
def test_a_warm_up_longer_than_the_training(
    make_trainer: Any, schedule: Any, warmup_steps: int, limits: dict[str, int], highest: float | None
) -> None:
    optimizer = Adam(learning_rate=0.5, schedule=schedule(warmup_steps=warmup_steps))
    trainer = make_trainer(nodes=LINEAR, optimizer=optimizer, **limits)
    assert len(trainer.warnings) == (highest is not None)
    assert all(re.search(rf" {highest:.3g}\b.* 0\.5\b", warning) for warning in trainer.warnings)


def test_a_warm_up_that_is_too_long_is_logged_once_and_in_the_summary(make_trainer: Any) -> None:
    def trainer(epochs: int) -> Any:
        optimizer = Adam(learning_rate=0.5, schedule=Cosine(warmup_steps=100))
        return make_trainer(nodes=LINEAR, optimizer=optimizer, epochs=epochs)

    first = trainer(epochs=1)
    (warning,) = first.train().warnings
    assert len(trainer(epochs=2).resume().warnings) == 1
    assert (first.folder.path / "train.log").read_text().count(warning) == 1
