"""Settings that do not do what they seem to are named before a training."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dlcli.data import ClassLabels, Split
from dlcli.losses import SoftmaxCrossEntropy
from dlcli.nn import Node
from dlcli.tasks import Classification

LINEAR = [Node("", "linear", {"units": 3})]


def weighted(trainer: Any, class_weights: Any) -> Any:
    """The warnings of the same training with class weights."""
    from dlcli.training.warnings import training_warnings

    task = Classification(
        ClassLabels(("0", "1", "2"), counts=(10, 10, 30)), loss=SoftmaxCrossEntropy(class_weights=class_weights)
    )
    return list(training_warnings(trainer.evaluator.train, trainer.batches, task))


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
    summary = trainer.run()
    assert summary.steps == 2 * 3
    assert len(summary.warnings) == 1
    assert (trainer.folder.path / "train.log").read_text().count(summary.warnings[0]) == 1
    again = make_trainer(data={**splits, "train": odd}, epochs=3).resume()
    assert again.warnings == summary.warnings
    assert (trainer.folder.path / "train.log").read_text().count(summary.warnings[0]) == 1
