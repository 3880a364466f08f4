from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dlcli.training import running_outputs as running
from dlcli.training.running_outputs import RunningOutputs


def filled(outputs: np.ndarray) -> RunningOutputs:
    running_outputs = RunningOutputs(len(outputs), outputs.shape[1:], outputs.dtype)
    for start in range(0, len(outputs), 4):
        running_outputs.put(start, outputs[start : start + 4])
    return running_outputs


def test_the_metrics_are_those_of_the_epoch(make_trainer: Any) -> None:
    trainer = make_trainer()
    outputs = np.eye(3, dtype=np.float32)[[0, 1, 2, 0, 1, 2]]
    targets = np.array([0, 1, 2, 0, 2, 2])
    assert filled(outputs).metrics(trainer.task, trainer.evaluator.metrics, targets) == {"error": 1 / 6}
    assert filled(outputs).metrics(trainer.task, trainer.evaluator.metrics, targets[:4]) == {"error": 0}


def test_part_of_an_epoch_can_be_saved_and_restored(make_trainer: Any) -> None:
    outputs = np.random.default_rng(0).normal(size=(10, 3)).astype(np.float32)
    restored = RunningOutputs(10, (3,), outputs.dtype)
    restored.restore(filled(outputs).state(7))
    np.testing.assert_array_equal(restored.state(7)["outputs"], outputs[:7])
    assert filled(outputs).state(0) == {}


def test_outputs_above_the_capacity_are_not_stored(make_trainer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "CAPACITY", 50 * 3 - 1)
    trainer = make_trainer(epochs=1)
    assert not trainer.outputs.enabled
    trainer.train()
    (record,) = trainer.folder.metrics()
    assert "train/loss" in record
    assert "train/error" not in record
    assert "dev/error" in record
