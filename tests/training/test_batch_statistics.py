"""Statistics of batch normalization for averaged weights, against PyTorch's `update_bn`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dlcli.data import Split
from dlcli.nn import BatchNorm, Node, evaluation_mode
from dlcli.training import checkpoint, evaluate_split
from dlcli.training.batch_statistics import estimate_statistics


def batches_of(trainer: Any, epoch: int = 0) -> list[Any]:
    return [trainer.loader.batch(epoch, index) for index in range(len(trainer.batches))]


def torch_twin(torch: Any, state: dict[str, np.ndarray]) -> Any:
    """Return the network of the fixture in PyTorch, without dropout."""
    twin = torch.nn.Sequential(
        torch.nn.Linear(4, 6, bias=False), torch.nn.BatchNorm1d(6), torch.nn.ReLU(), torch.nn.Linear(6, 3)
    )
    with torch.no_grad():
        twin[0].weight.copy_(torch.from_numpy(state["linear_1.weight"].T))
        twin[1].weight.copy_(torch.from_numpy(state["batch_norm_1.gamma"]))
        twin[1].bias.copy_(torch.from_numpy(state["batch_norm_1.beta"]))
    return twin


def test_the_statistics_of_the_average_equal_torch(make_trainer: Any) -> None:
    torch = pytest.importorskip("torch")
    trainer = make_trainer(epochs=2)
    trainer.train()
    trainer.model.train()
    with trainer.train_step.evaluation_weights.average.applied(trainer.train_step.arena):
        twin = torch_twin(torch, trainer.model.state_dict())
        statistics = estimate_statistics(trainer.model, batches_of(trainer))
    loader = [torch.from_numpy(batch.inputs) for batch in batches_of(trainer)]
    torch.optim.swa_utils.update_bn(loader, twin)
    mean, variance = statistics["batch_norm_1.moving_mean"], statistics["batch_norm_1.moving_variance"]
    np.testing.assert_allclose(mean, twin[1].running_mean.numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(variance, twin[1].running_var.numpy(), rtol=1e-5)


def test_estimating_statistics_does_not_change_the_training(make_trainer: Any) -> None:
    trainer = make_trainer()
    trainer.model.train()
    trainer._step(trainer.evaluator.train.gather(np.arange(16)), 0.02, measured=False)
    before = checkpoint.encode(trainer.snapshot.capture(metrics=(0, ""), total_steps=8))
    trained = {name: array.copy() for name, array in trainer.model.state_dict().items()}
    trainer.train_step.evaluation_weights.estimate_statistics(batches_of(trainer), trainer.generators)
    assert set(trainer.train_step.evaluation_weights.statistics) == set(trainer.model.buffers())
    for name, array in trainer.model.state_dict().items():
        np.testing.assert_array_equal(array, trained[name])
    trainer.train_step.evaluation_weights.statistics = {}
    assert checkpoint.encode(trainer.snapshot.capture(metrics=(0, ""), total_steps=8)) == before


@pytest.mark.parametrize("average", [True, False])
def test_the_model_that_is_saved_is_the_one_that_was_evaluated(make_trainer: Any, average: bool) -> None:
    trainer = make_trainer(average=average)
    summary = trainer.train()
    [record] = [
        record
        for record in trainer.folder.metrics()
        if record["kind"] == "epoch" and record["epoch"] == summary.best.epoch
    ]
    (dev,) = trainer.evaluator.evaluated_splits
    evaluation = evaluate_split(trainer.model, trainer.task, dev, trainer.evaluator.metrics)
    assert evaluation.metrics["loss"] == record["dev/loss"]


def test_without_batch_norm_or_an_average_nothing_is_estimated(
    make_trainer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert make_trainer(average=True).train_step.evaluation_weights.needs_statistics
    assert not make_trainer(average=False).train_step.evaluation_weights.needs_statistics
    assert not make_trainer(
        average=True, nodes=[Node("", "linear", {"units": 3})]
    ).train_step.evaluation_weights.needs_statistics
    monkeypatch.setattr(BatchNorm, "frozen", True)
    assert not make_trainer(average=True).train_step.evaluation_weights.needs_statistics


def test_averaged_statistics_fit_the_averaged_weights(make_trainer: Any, splits: Any) -> None:
    """In equal batches, the normalized features of the training set have the mean β and the deviation |γ|."""
    train = splits["train"]
    even = Split("train", train.inputs[:48], train.targets[:48], np.arange(48))
    trainer = make_trainer(data={**splits, "train": even}, epochs=3)
    trainer.train()
    state = trainer.model.state_dict()
    with evaluation_mode(trainer.model):
        features = trainer.model.node_outputs(even.inputs, ["batch_norm_1"])["batch_norm_1"]
    np.testing.assert_allclose(features.mean(axis=0), state["batch_norm_1.beta"], atol=1e-5)
    np.testing.assert_allclose(features.std(axis=0), np.abs(state["batch_norm_1.gamma"]), rtol=0.1)
