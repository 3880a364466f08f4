from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlcli.core import Bound, ConfigError, DataError, Direction, StorageError
from dlcli.data import Split
from dlcli.nn import Node
from dlcli.optim import SGD, Adam, InverseTime
from dlcli.runs import RunFolder, storage
from dlcli.settings import CheckpointSettings, EarlyStoppingSettings, GradientClipping
from dlcli.training import EarlyStopping, Observer, Plan, Progress, Selection, Trainer, evaluate_split
from dlcli.training.trainer import PROGRESS_INTERVAL

LINEAR = [Node("", "linear", {"units": 3})]


def epochs(folder: RunFolder) -> list[dict[str, Any]]:
    return [record for record in folder.metrics() if record["kind"] == "epoch"]


def test_training_reduces_loss_and_error(make_trainer: Any, folder: RunFolder) -> None:
    summary = make_trainer(epochs=20).train()
    records = epochs(folder)
    assert [record["epoch"] for record in records] == list(range(1, 21))
    assert [record["step"] for record in records] == [4 * epoch for epoch in range(1, 21)]
    assert records[-1]["train/loss"] < 0.7 * records[0]["train/loss"]
    assert min(record["dev/error"] for record in records) < 0.2  # chance is 2/3
    assert (summary.epochs, summary.steps, summary.stopped_early) == (20, 80, False)
    assert summary.seconds == pytest.approx(sum(record["seconds"] for record in records))


def test_an_epoch_record_has_the_norms_of_every_layer(make_trainer: Any, folder: RunFolder) -> None:
    trainer = make_trainer(
        epochs=1, optimizer=SGD(learning_rate=0.5), gradient_clipping=GradientClipping(max_norm=1e-3), average=False
    )
    trainer.train()
    (record,) = epochs(folder)
    trained = ["linear_1", "batch_norm_1", "linear_2"]
    for norm in ("gradient_norm", "update_norm", "weight_norm"):
        assert list(record[norm]) == trained
    assert list(record["activation_rms"]) == ["linear_1", "batch_norm_1", "relu_1", "dropout_1", "linear_2"]
    norms = list(record["gradient_norm"].values())
    assert math.hypot(*norms) > 1e-3  # before clipping
    assert math.hypot(*record["update_norm"].values()) == pytest.approx(0.5 * 1e-3, rel=1e-3)  # SGD: rate × clipped
    last = trainer.model.state_dict()
    expected = np.linalg.norm(np.concatenate([last["linear_2.weight"].ravel(), last["linear_2.bias"]]))
    assert record["weight_norm"]["linear_2"] == pytest.approx(float(expected), rel=1e-6)
    assert record["learning_rate"] == 0.5


def test_running_metrics_use_the_weights_of_each_step(make_trainer: Any, folder: RunFolder, splits: Any) -> None:
    trainer = make_trainer(epochs=1, nodes=LINEAR, optimizer=SGD(learning_rate=1e-9), l2=0.0)
    evaluation = evaluate_split(trainer.model, trainer.task, splits["train"], trainer.evaluator.metrics)
    trainer.train()
    (record,) = epochs(folder)  # the weights hardly change and nothing is random: equal to one evaluation
    assert record["train/loss"] == pytest.approx(evaluation.metrics["loss"], rel=1e-5)
    assert record["train/error"] == evaluation.metrics["error"]
    assert record["train/penalty"] == 0


def test_penalties_are_recorded_and_shrink_the_weights(make_trainer: Any, folder: RunFolder) -> None:
    plain = make_trainer(l2=0.0, run=RunFolder.create(folder.path, "plain"), epochs=10)
    penalized = make_trainer(l2=20.0, l1=1.0, run=RunFolder.create(folder.path, "penalized"), epochs=10)
    plain.train()
    penalized.train()
    assert epochs(penalized.folder)[-1]["train/penalty"] > 0
    assert np.linalg.norm(penalized.model.state_dict()["linear_1.weight"]) < 0.9 * np.linalg.norm(
        plain.model.state_dict()["linear_1.weight"]
    )


def test_the_model_ends_with_the_best_weights(make_trainer: Any, folder: RunFolder, splits: dict[str, Split]) -> None:
    trainer = make_trainer(epochs=12, optimizer=Adam(learning_rate=0.3), checkpoint=CheckpointSettings(keep=1))
    summary = trainer.train()
    losses = [record["dev/loss"] for record in epochs(folder)]
    assert summary.best.epoch == 1 + int(np.argmin(losses)) != 12  # the best epoch is not the last
    evaluation = evaluate_split(trainer.model, trainer.task, splits["dev"], [])
    assert evaluation.metrics["loss"] == min(losses)
    assert not trainer.model.training
    assert trainer.store.names() == [summary.best.checkpoint, "epoch-0012"]


def test_early_stopping_ends_training(make_trainer: Any, folder: RunFolder) -> None:
    stopping = EarlyStopping(
        EarlyStoppingSettings(patience=2, min_delta=1e6), metric="dev/loss", direction=Direction.MINIMIZE
    )
    summary = make_trainer(epochs=50, early_stopping=stopping).train()
    assert (summary.epochs, summary.stopped_early) == (3, True)
    assert len(epochs(folder)) == 3


def test_an_epoch_that_violates_a_constraint_is_not_the_best(make_trainer: Any, folder: RunFolder) -> None:
    make_trainer(epochs=8).train()
    losses = [record["train/loss"] for record in epochs(folder)]
    assert losses.index(min(losses)) > 2
    run = RunFolder.create(folder.path, "constrained")
    selection = Selection("dev/loss", Direction.MINIMIZE, {"train/loss": Bound(">=", sorted(losses)[-2])})
    summary = make_trainer(epochs=8, run=run, selection=selection).train()
    assert summary.best.violated == ()
    assert losses[summary.best.epoch - 1] >= sorted(losses)[-2]


def test_latency_is_measured_only_for_a_constraint(make_trainer: Any, folder: RunFolder) -> None:
    make_trainer(epochs=1).train()
    assert "latency_ms" not in epochs(folder)[0]
    run = RunFolder.create(folder.path, "latency")
    selection = Selection("dev/loss", Direction.MINIMIZE, {"latency_ms": Bound("<=", 1e-9)})
    summary = make_trainer(epochs=2, run=run, selection=selection).train()
    first, second = epochs(run)
    assert 0 < first["latency_ms"] == second["latency_ms"] < 1000
    assert summary.best.violated == ("latency_ms <= 1e-09",)


@pytest.mark.parametrize("metric", ["dev/eror", "test/error", "train_dev/loss", "error"])
def test_a_metric_that_is_not_measured_cannot_decide(make_trainer: Any, metric: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make_trainer(selection=Selection(metric, Direction.MINIMIZE))
    assert caught.value.key == "selection.metric"
    with pytest.raises(ConfigError) as caught:
        make_trainer(
            early_stopping=EarlyStopping(EarlyStoppingSettings(patience=1), metric=metric, direction=Direction.MINIMIZE)
        )
    assert (caught.value.code, caught.value.key) == ("unknown_name", "early_stopping.metric")


def test_an_undefined_metric_cannot_decide(make_trainer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = make_trainer(selection=Selection("dev/error", Direction.MINIMIZE))
    monkeypatch.setattr(type(trainer.evaluator.metrics[0]), "result", lambda self: math.nan)
    with pytest.raises(DataError, match="dev/error"):
        trainer.train()


def test_without_a_dev_set_the_training_set_decides(make_trainer: Any, folder: RunFolder, splits: Any) -> None:
    summary = make_trainer(
        data={"train": splits["train"]}, selection=Selection("train/error", Direction.MINIMIZE)
    ).train()
    assert summary.best.value == min(record["train/error"] for record in epochs(folder))
    assert not [name for name in epochs(folder)[0] if name.startswith("dev/")]


def test_full_batch_and_single_examples(make_trainer: Any, folder: RunFolder) -> None:
    full = make_trainer(batch_size="full", epochs=2)
    assert full.train().steps == 2
    single = make_trainer(batch_size=1, epochs=1, nodes=LINEAR, run=RunFolder.create(folder.path, "single"))
    assert single.train().steps == 50


def test_steps_are_recorded_on_request(make_trainer: Any, folder: RunFolder) -> None:
    make_trainer(epochs=2, log_every_steps=3).train()
    steps = [record for record in folder.metrics() if record["kind"] == "step"]
    assert [(record["epoch"], record["step"]) for record in steps] == [(1, 3), (2, 6)]
    assert all(record["train/batch_loss"] > 0 for record in steps)


class Recorder(Observer):
    def __init__(self) -> None:
        self.calls: list[Any] = []

    def on_start(self, plan: Plan) -> None:
        self.calls.append(plan)

    def on_step(self, progress: Progress) -> None:
        self.calls.append(progress)

    def on_epoch(self, record: Mapping[str, Any], is_best: bool) -> None:
        self.calls.append((record["epoch"], is_best))

    def on_end(self) -> None:
        self.calls.append("end")


def test_observers_receive_all_events(make_trainer: Any, folder: RunFolder) -> None:
    recorder = Recorder()
    make_trainer(epochs=2, observers=[recorder]).train()
    assert recorder.calls[0] == Plan(epochs=2, steps_per_epoch=4, epoch=0, batch=0)
    first = recorder.calls[1]
    assert (first.epoch, first.batch, first.step, first.steps_per_epoch) == (1, 1, 1, 4)
    assert (1, True) in recorder.calls
    assert recorder.calls[-1] == "end"
    log = folder.read_text("train.log").splitlines()
    start = log[0].split(" INFO ")[1]
    assert start.startswith("start: 2 epochs ") and start.endswith(" 4 steps")
    assert "dev/error=" in log[1]


def test_progress_is_reported_at_most_ten_times_a_second(make_trainer: Any) -> None:
    recorder = Recorder()
    summary = make_trainer(epochs=30, observers=[recorder]).train()
    reports = sum(isinstance(call, Progress) for call in recorder.calls)
    assert reports <= 1 + summary.seconds / PROGRESS_INTERVAL


@pytest.mark.usefixtures("written_at_once")
def test_a_full_disk_is_an_error_and_earlier_checkpoints_stay_intact(
    make_trainer: Any, folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer: Trainer = make_trainer(epochs=10)
    write = Path.write_bytes

    def fill_up(path: Path, data: bytes) -> int:
        if "epoch-0003" in str(path):
            raise OSError(28, "No space left on device")
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", fill_up)
    with pytest.raises(StorageError) as caught:
        trainer.train()
    assert (caught.value.code, caught.value.file) == ("io_error", str(folder.checkpoints / "epoch-0003"))
    assert "\n" not in str(caught.value)
    assert trainer.store.names() == ["epoch-0001", "epoch-0002"]
    assert all(trainer.store.is_intact(name) for name in trainer.store.names())
    assert storage.remove_partials(folder.checkpoints) == []
    monkeypatch.undo()
    assert make_trainer(epochs=10).resume().epochs == 10


def test_metrics_that_cannot_be_written_stop_the_run(make_trainer: Any, folder: RunFolder) -> None:
    (folder.path / "metrics.jsonl").mkdir()
    with pytest.raises(StorageError) as caught:
        make_trainer().train()
    assert (caught.value.code, caught.value.file) == ("io_error", str(folder.path / "metrics.jsonl"))


def test_the_learning_rate_follows_the_schedule_within_an_epoch(make_trainer: Any, folder: RunFolder) -> None:
    optimizer = SGD(learning_rate=0.1, schedule=InverseTime(decay_rate=1.0))
    make_trainer(epochs=2, optimizer=optimizer, log_every_steps=1).train()
    rates = [record["learning_rate"] for record in folder.metrics() if record["kind"] == "step"]
    assert rates == pytest.approx([0.1 / (1 + step / 4) for step in range(8)])  # four steps per epoch


def test_sparsity_is_recorded_with_an_l1_penalty(make_trainer: Any, folder: RunFolder) -> None:
    plain = make_trainer(epochs=2, run=RunFolder.create(folder.path, "plain"))
    penalized = make_trainer(epochs=30, l1=30.0, average=False)
    plain.train()
    penalized.train()
    assert all("sparsity" not in record for record in epochs(plain.folder))
    recorded = [record["sparsity"] for record in epochs(folder)]
    assert recorded[-1] > recorded[0]
    weights = np.concatenate([array.ravel() for array in penalized.model.state_dict().values() if array.ndim == 2])
    assert recorded[penalized.state.best.epoch - 1] == pytest.approx(np.mean(np.abs(weights) <= 1e-3))
