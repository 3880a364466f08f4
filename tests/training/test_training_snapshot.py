from __future__ import annotations

from typing import Any

import numpy as np

from dlcli.training import checkpoint


def test_a_snapshot_does_not_change_with_the_training(make_trainer: Any) -> None:
    trainer = make_trainer(epochs=2)
    trainer._step(trainer.evaluator.train.gather(np.arange(16)), 0.02, measured=False)
    captured = trainer.snapshot.capture(metrics=(0, ""), total_steps=8)
    before = checkpoint.encode(captured)
    trainer._step(trainer.evaluator.train.gather(np.arange(16, 32)), 0.02, measured=False)
    assert checkpoint.encode(captured) == before
    assert checkpoint.encode(trainer.snapshot.capture(metrics=(0, ""), total_steps=8)) != before


def test_restoring_undoes_all_changes(make_trainer: Any) -> None:
    trainer = make_trainer(epochs=2)
    trainer._step(trainer.evaluator.train.gather(np.arange(16)), 0.02, measured=False)
    captured = trainer.snapshot.capture(metrics=(0, ""), total_steps=8)
    trainer._step(trainer.evaluator.train.gather(np.arange(16, 32)), 0.02, measured=False)
    trainer.snapshot.restore(captured)
    assert checkpoint.encode(trainer.snapshot.capture(metrics=(0, ""), total_steps=8)) == checkpoint.encode(captured)


def test_a_checkpoint_has_the_averaged_weights_and_the_trained_parameters(make_trainer: Any) -> None:
    trainer = make_trainer(average=True)
    for start in (0, 16, 32):
        trainer._step(trainer.evaluator.train.gather(np.arange(start, start + 16)), 0.02, measured=False)
    captured = trainer.snapshot.capture(metrics=(0, ""), total_steps=8)
    weight = trainer.model.state_dict()["linear_2.weight"]
    assert not np.array_equal(captured.weights["linear_2.weight"], weight)
    with trainer.train_step.evaluation_weights.applied():
        np.testing.assert_array_equal(captured.weights["linear_2.weight"], weight)
    np.testing.assert_array_equal(captured.arrays["parameters"], trainer.train_step.arena.data)
