from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dlcli.data import Split
from dlcli.training import compute_outputs, evaluate_split


def test_the_evaluation_does_not_depend_on_the_batch_size(make_trainer: Any, splits: dict[str, Split]) -> None:
    trainer = make_trainer()
    train, metrics = splits["train"], trainer.evaluator.metrics
    whole = evaluate_split(trainer.model, trainer.task, train, metrics, batch_size=50, keep_predictions=True)
    parts = evaluate_split(trainer.model, trainer.task, train, metrics, batch_size=7, keep_predictions=True)
    assert parts.metrics["loss"] == pytest.approx(whole.metrics["loss"], rel=1e-6)
    assert parts.metrics["error"] == whole.metrics["error"]
    assert parts.predictions is not None
    assert whole.predictions is not None
    np.testing.assert_allclose(parts.predictions.probabilities, whole.predictions.probabilities, rtol=1e-5, atol=1e-6)
    assert whole.named("train") == {"train/loss": whole.metrics["loss"], "train/error": whole.metrics["error"]}


def test_loss_and_error_follow_their_formulas(make_trainer: Any, splits: dict[str, Split]) -> None:
    trainer = make_trainer()
    dev = splits["dev"]
    evaluation = evaluate_split(trainer.model, trainer.task, dev, trainer.evaluator.metrics, keep_predictions=True)
    (outputs,), targets = compute_outputs(trainer.model, dev.batches(len(dev))), dev.targets
    assert evaluation.predictions is not None
    np.testing.assert_array_equal(evaluation.predictions.labels, outputs.argmax(axis=1))
    np.testing.assert_array_equal(evaluation.truth, targets)
    assert evaluation.metrics["error"] == np.mean(outputs.argmax(axis=1) != targets)
    exact = outputs.astype(np.float64)
    log_sum = np.log(np.exp(exact).sum(axis=1))
    expected = np.mean(log_sum - exact[np.arange(30), targets])  # −log softmax of the true class
    assert evaluation.metrics["loss"] == pytest.approx(expected, rel=1e-5)


def test_the_evaluation_does_not_change_the_model(make_trainer: Any, splits: dict[str, Split]) -> None:
    trainer = make_trainer()
    trainer.model.train()
    before = {name: array.copy() for name, array in trainer.model.state_dict().items()}
    generators = trainer.generators.state()
    evaluation = evaluate_split(trainer.model, trainer.task, splits["dev"], [])
    assert evaluation.predictions is None
    assert trainer.model.training
    assert trainer.generators.state() == generators  # dropout is off
    for name, array in trainer.model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])  # including the moving averages of batch norm


def test_outputs_of_new_data_need_no_targets(make_trainer: Any, splits: dict[str, Split]) -> None:
    trainer = make_trainer()
    dev = splits["dev"]
    unlabeled = Split("new", dev.inputs, None, dev.ids)
    batches = list(compute_outputs(trainer.model, unlabeled.batches(8)))
    assert [len(batch) for batch in batches] == [8, 8, 8, 6]
    expected = evaluate_split(trainer.model, trainer.task, dev, [], batch_size=8, keep_predictions=True).predictions
    assert expected is not None
    predictions = trainer.task.predictions(np.concatenate(batches))
    np.testing.assert_array_equal(predictions.probabilities, expected.probabilities)
    assert trainer.model.training
