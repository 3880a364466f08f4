"""A complete training: its files, and resuming bit for bit."""

from __future__ import annotations

import hashlib
import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dlcli
from dlcli import api, kernels
from dlcli.core import ConfigError, DataError, DivergedError, InvalidConfigError, RunInterruptedError, StorageError
from dlcli.runs import RunFolder
from dlcli.training import CheckpointStore, Observer, Progress


class InterruptAfter(Observer):
    """Sends SIGTERM to this process at the end of an epoch."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch

    def on_epoch(self, record: Mapping[str, Any], is_best: bool) -> None:
        if record["epoch"] == self.epoch:
            os.kill(os.getpid(), signal.SIGTERM)


class InterruptWithin(Observer):
    """Sends SIGTERM in the middle of an epoch."""

    def on_step(self, progress: Progress) -> None:
        if progress.epoch == 3 and progress.batch < progress.steps_per_epoch:
            os.kill(os.getpid(), signal.SIGTERM)


def weights(run: Path) -> dict[str, bytes]:
    """Return the bytes of the last checkpoint's weights."""
    arrays = CheckpointStore(run / "checkpoints").load_weights("last")
    return {name: array.tobytes() for name, array in arrays.items()}


def only_run(folder: Path) -> Path:
    [run] = [entry for entry in folder.iterdir() if (entry / "run.json").exists()]
    return run


def test_a_run_folder_is_complete(trained: api.Run) -> None:
    expected = [
        "config.yaml",
        "config.resolved.yaml",
        "overrides.json",
        "run.json",
        "splits.npz",
        "preprocessing.json",
        "graph.json",
        "metrics.jsonl",
        "train.log",
        "checkpoints/best.json",
        "checkpoints/last.json",
        "predictions/dev.jsonl",
        "predictions/test.jsonl",
        "report/report.md",
        "report/report.json",
        "report/learning_curve.png",
    ]
    assert [name for name in expected if not (trained.path / name).is_file()] == []
    assert json.loads((trained.path / "run.json").read_text())["status"] == "done"
    assert not [path for path in trained.path.rglob("*") if "partial" in path.name or path.suffix == ".tmp"]


def test_every_split_is_measured_with_the_best_weights(trained: api.Run) -> None:
    names = {f"{split}/{metric}" for split in ("train", "dev", "test") for metric in ("accuracy", "error", "macro_f1")}
    assert names <= set(trained.metrics)
    for split in ("train", "dev", "test"):
        assert trained.metrics[f"{split}/error"] == pytest.approx(1 - trained.metrics[f"{split}/accuracy"])
    best = min(record["dev/error"] for record in trained.result.history)
    assert trained.metrics["dev/error"] == best


def test_predictions_name_the_class_and_agree_with_the_metrics(trained: api.Run) -> None:
    rows = [json.loads(line) for line in (trained.path / "predictions/test.jsonl").read_text().splitlines()]
    assert len(rows) == 30
    assert {row["target"] for row in rows} == {"setosa", "versicolor", "virginica"}
    right = sum(row["class"] == row["target"] for row in rows)
    assert right / len(rows) == pytest.approx(trained.metrics["test/accuracy"])


def test_the_stored_splits_share_no_example(trained: api.Run) -> None:
    with np.load(trained.path / "splits.npz") as splits:
        everything = np.concatenate([splits[name] for name in splits])
    assert sorted(everything.tolist()) == list(range(150))


def test_the_resolved_config_trains_to_the_same_bits(trained: api.Run, tmp_path: Path) -> None:
    again = api.train(trained.path / "config.resolved.yaml", runs_dir=tmp_path)
    assert weights(again.path) == weights(trained.path)
    assert again.metrics == trained.metrics


@pytest.mark.parametrize("observer", [InterruptAfter(3), InterruptWithin()], ids=["between epochs", "within an epoch"])
def test_a_resumed_run_ends_with_the_same_bits(
    trained: api.Run, config: Path, tmp_path: Path, observer: Observer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dlcli.training.trainer.PROGRESS_INTERVAL", 0.0)  # every step is reported
    with pytest.raises(RunInterruptedError) as caught:
        api.train(config, runs_dir=tmp_path / "runs", observer=observer)
    assert caught.value.exit_code == 143
    run = only_run(tmp_path / "runs")
    assert json.loads((run / "run.json").read_text())["status"] == "interrupted"

    resumed = api.resume(run)
    assert weights(run) == weights(trained.path)
    assert resumed.metrics == trained.metrics
    epochs = [record["epoch"] for record in resumed.result.history if record["kind"] == "epoch"]
    assert epochs == list(range(1, 9))


def test_resuming_for_more_epochs_equals_a_longer_run(config: Path, tmp_path: Path) -> None:
    short = api.train(config, overrides=["training.epochs=3"], runs_dir=tmp_path / "short")
    extended = api.resume(short.path, epochs=5)
    long = api.train(config, overrides={"training.epochs": 5}, runs_dir=tmp_path / "long")
    assert weights(extended.path) == weights(long.path)


def test_a_finished_run_has_nothing_to_resume(trained: api.Run) -> None:
    with pytest.raises(ConfigError, match="8 epochs"):
        api.resume(trained.path)


def test_a_change_that_contradicts_the_training_is_an_error_with_both_values(trained: api.Run) -> None:
    before = (trained.path / "config.resolved.yaml").read_bytes()
    with pytest.raises(InvalidConfigError) as caught:
        api.resume(trained.path, epochs=20, overrides=["optimizer.learning_rate=0.5", "training.batch_size=8"])
    assert [problem.key for problem in caught.value.problems] == ["optimizer.learning_rate", "training.batch_size"]
    assert "0.02" in str(caught.value) and "0.5" in str(caught.value)
    assert (trained.path / "config.resolved.yaml").read_bytes() == before


def test_changed_data_is_an_error_in_resume_and_evaluate(tmp_path: Path) -> None:
    rows = [f"{x},{'a' if x < 40 else 'b'}" for x in range(80)]
    (tmp_path / "data.csv").write_text("\n".join(["x,y", *rows]) + "\n")
    (tmp_path / "csv.yaml").write_text(
        "data: {dataset: {format: csv, path: data.csv, label: y}, split: {stratify: true}}\n"
        "model: {architecture: logistic_regression}\noptimizer: sgd\ntraining: {epochs: 2}\n"
    )
    run = api.train(tmp_path / "csv.yaml", runs_dir=tmp_path / "runs")
    (tmp_path / "data.csv").write_text("\n".join(["x,y", *rows[:-1], "79,a"]) + "\n")
    for use in (lambda: api.resume(run.path, epochs=4), lambda: api.evaluate(run.path, split="dev")):
        with pytest.raises(DataError) as caught:
            use()
        assert caught.value.code == "changed_data"


def test_divergence_names_the_step_and_keeps_the_last_good_checkpoint(config: Path, tmp_path: Path) -> None:
    with pytest.raises(DivergedError) as caught:
        api.train(
            config,
            overrides=["optimizer={name: sgd, learning_rate: 1e30}", "training.checkpoint.every_steps=1"],
            runs_dir=tmp_path / "runs",
        )
    assert caught.value.exit_code == 5
    assert "step" in str(caught.value)
    run = only_run(tmp_path / "runs")
    assert json.loads((run / "run.json").read_text())["status"] == "diverged"
    for array in CheckpointStore(run / "checkpoints").load_weights("last").values():
        assert np.isfinite(array).all()


def test_a_runs_folder_that_cannot_be_written_is_one_line(config: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StorageError) as caught:
        api.train(config, runs_dir=tmp_path / "file" / "runs")
    assert "\n" not in str(caught.value)


def test_the_package_exports_the_functions(config: Path, tmp_path: Path) -> None:
    run = dlcli.train(config, overrides={"training.epochs": 1}, runs_dir=tmp_path / "runs")
    assert dlcli.evaluate(run.path, split="dev").metrics["dev/error"] == run.metrics["dev/error"]
    with pytest.raises(AttributeError):
        dlcli.trian  # noqa: B018  # codespell:ignore trian


def test_the_checkpoint_matches_its_checksum(trained: api.Run) -> None:
    best = json.loads((trained.path / "checkpoints/best.json").read_text())["checkpoint"]
    folder = trained.path / "checkpoints" / best
    stored = json.loads((folder / "state.json").read_text())["sha256"]["weights.safetensors"]
    assert hashlib.sha256((folder / "weights.safetensors").read_bytes()).hexdigest() == stored


def test_dead_units_are_reported(config: Path, tmp_path: Path) -> None:
    run = api.train(
        config,
        overrides={"optimizer": {"name": "sgd", "learning_rate": 1000.0}, "training.gradient_clipping.max_norm": 1},
        runs_dir=tmp_path / "runs",
    )
    assert run.result.dead_units["relu_1"] > 0.5
    assert "leaky ReLU" in [advice.knob for advice in run.assessment.advice]


def test_the_lock_is_taken_before_anything_is_read(trained: api.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*arguments: object) -> None:
        raise AssertionError("read without the lock")

    monkeypatch.setattr("dlcli.api.training.load_spec", read)
    with RunFolder(trained.path).locked(), pytest.raises(ConfigError) as caught:
        api.resume(trained.path, epochs=50)
    assert caught.value.code == "in_use"


def test_the_threads_and_the_instruction_set_are_recorded(trained: api.Run) -> None:
    record = json.loads((trained.path / "run.json").read_text())
    assert record["host"]["kernels"] == kernels.environment()
    assert record["versions"]["numpy"] == np.__version__
