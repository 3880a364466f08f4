"""Warnings about settings without the expected effect."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dlcli.data import ClassLabels, Split, Values
from dlcli.data.normalization import NoNormalization
from dlcli.losses import SoftmaxCrossEntropy
from dlcli.nn import Node
from dlcli.tasks import Classification, Regression

LINEAR = [Node("", "linear", {"units": 3})]


def weighted(trainer: Any, class_weights: Any) -> Any:
    """Return the warnings of the same training with class weights."""
    from dlcli.training.warnings import training_warnings

    task = Classification(
        ClassLabels(("0", "1", "2"), counts=(10, 10, 30)), loss=SoftmaxCrossEntropy(class_weights=class_weights)
    )
    return list(training_warnings(trainer.evaluator.train, trainer.batches, task, trainer.evaluator.model))


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

    model = make_trainer(nodes=[Node("", "linear", {"units": 3}), Node("", layer)]).evaluator.model
    values = np.array(targets, np.float32)[:, None]
    train = Split("train", np.zeros((3, 4), np.float32), values, np.arange(3))
    batches = make_trainer(nodes=LINEAR).batches
    assert (
        len(list(training_warnings(train, batches, Regression(Values.fit(values, NoNormalization(), ("y",))), model)))
        == count
    )
