from __future__ import annotations

from typing import Any

import numpy as np

from dlcli.training import checkpoint


def test_a_picture_does_not_change_with_the_training(make_trainer: Any) -> None:
    trainer = make_trainer(epochs=2)
    trainer._step(trainer.evaluator.train.gather(np.arange(16)), 0.02, measured=False)
    picture = trainer.parts.capture(metrics=(0, ""), total_steps=8)
    before = checkpoint.encode(picture)
    trainer._step(trainer.evaluator.train.gather(np.arange(16, 32)), 0.02, measured=False)
    assert checkpoint.encode(picture) == before
    assert checkpoint.encode(trainer.parts.capture(metrics=(0, ""), total_steps=8)) != before


def test_restoring_undoes_everything(make_trainer: Any) -> None:
    trainer = make_trainer(epochs=2)
    trainer._step(trainer.evaluator.train.gather(np.arange(16)), 0.02, measured=False)
    picture = trainer.parts.capture(metrics=(0, ""), total_steps=8)
    trainer._step(trainer.evaluator.train.gather(np.arange(16, 32)), 0.02, measured=False)
    trainer.parts.restore(picture)
    assert checkpoint.encode(trainer.parts.capture(metrics=(0, ""), total_steps=8)) == checkpoint.encode(picture)


def test_the_weights_are_the_averaged_ones_and_training_goes_on_with_its_own(make_trainer: Any) -> None:
    trainer = make_trainer(average=True)
    for start in (0, 16, 32):
        trainer._step(trainer.evaluator.train.gather(np.arange(start, start + 16)), 0.02, measured=False)
    picture = trainer.parts.capture(metrics=(0, ""), total_steps=8)
    own = trainer.model.state_dict()["linear_2.weight"]
    assert not np.array_equal(picture.weights["linear_2.weight"], own)
    with trainer.train_step.evaluated.applied():
        np.testing.assert_array_equal(picture.weights["linear_2.weight"], own)
    np.testing.assert_array_equal(picture.arrays["parameters"], trainer.train_step.arena.data)
