"""Comparison of runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dlcli import api
from dlcli.core import StorageError
from dlcli.runs import RunFolder


def test_runs_are_compared_by_what_differs(trained: api.Run, config: Path, tmp_path: Path) -> None:
    other = api.train(config, overrides={"training.epochs": 1, "data.path": "."}, runs_dir=tmp_path / "runs")
    compared = api.compare([trained.path, other.path])
    assert compared.runs == [trained.id, other.id]
    assert compared.options.keys() == {"data.path", "training.epochs"}
    assert compared.options["training.epochs"] == ["8", "1"]
    assert compared.metrics["dev/error"] == [trained.metrics["dev/error"], other.metrics["dev/error"]]
    (errors,) = compared.errors
    assert (errors.first, errors.second) == (trained.id, other.id)
    assert [split.split for split in errors.splits] == ["dev", "test"]
    assert all(split.is_paired for split in errors.splits)
    assert errors.splits[1].first == pytest.approx(trained.metrics["test/error"])


def test_a_missing_report_or_metric_leaves_a_gap(trained: api.Run, config: Path, tmp_path: Path) -> None:
    other = api.train(config, runs_dir=tmp_path / "runs")
    folder = RunFolder(other.path)
    folder.write_record(folder.record().end("failed", 1, metrics={}, error=None))
    (other.path / "report/report.json").unlink()
    compared = api.compare([trained.path, other.path])
    assert compared.metrics["test/error"] == [trained.metrics["test/error"], None]
    assert compared.errors == []


def test_a_damaged_report_is_named(config: Path, tmp_path: Path) -> None:
    run = api.train(config, overrides={"training.epochs": 1}, runs_dir=tmp_path / "runs")
    (run.path / "report/report.json").write_text("{}")
    with pytest.raises(StorageError) as caught:
        api.compare([run.path, run.path])
    assert caught.value.file == str(run.path / "report/report.json")


TABLE = """\
name: table
data:
  dataset: {format: csv, path: table.csv, label: y}
  split: {train: 0.4, dev: 0.3, test: 0.3}
model: {architecture: softmax_regression}
optimizer: adam
training: {epochs: 1}
"""


def write_table(path: Path, shift: float) -> None:
    random = np.random.default_rng(0)
    values, labels = random.normal(size=100), random.integers(2, size=100)
    rows = (f"{value + shift * label:.4f},{label}" for value, label in zip(values, labels, strict=True))
    path.write_text("\n".join(["x,y", *rows]) + "\n")


def test_runs_on_other_data_are_not_compared(tmp_path: Path) -> None:
    """The files have the same ids and labels, but the inputs predict the label in one file only."""
    (tmp_path / "table.yaml").write_text(TABLE)
    table = tmp_path / "table.csv"
    trained = []
    for shift in (0.0, 50.0):
        write_table(table, shift)
        trained.append(api.train(tmp_path / "table.yaml", runs_dir=tmp_path / "runs").path)
    compared = api.compare(trained)
    assert list(compared.options) == [f"data.sha256.{table.name}"]
    (errors,) = compared.errors
    assert [split.split for split in errors.splits] == ["dev", "test"]
    for split in errors.splits:
        assert not split.is_paired and split.difference is None and split.mismatch
        assert split.verdict == "inconclusive"
    assert len(compared.remarks) == 2


def test_the_same_data_under_another_name_is_the_same_data(tmp_path: Path) -> None:
    (tmp_path / "table.yaml").write_text(TABLE)
    for name in ("table.csv", "copy.csv"):
        write_table(tmp_path / name, 1.0)
    trained = [
        api.train(tmp_path / "table.yaml", overrides={"data.dataset.path": name}, runs_dir=tmp_path / "runs")
        for name in ("table.csv", "copy.csv")
    ]
    (errors,) = api.compare([run.path for run in trained]).errors
    assert all(split.is_paired for split in errors.splits)


def test_other_splits_of_the_same_data_are_not_paired(tmp_path: Path) -> None:
    (tmp_path / "table.yaml").write_text(TABLE)
    write_table(tmp_path / "table.csv", 50.0)
    trained = [
        api.train(tmp_path / "table.yaml", overrides={"data.split.seed": seed}, runs_dir=tmp_path / "runs")
        for seed in (1, 2)
    ]
    (errors,) = api.compare([run.path for run in trained]).errors
    for split in errors.splits:
        assert not split.is_paired and split.mismatch and split.verdict == "inconclusive"


@pytest.mark.parametrize("damage", ["cut", "changed", "deleted"])
def test_predictions_that_the_run_did_not_write_are_refused(config: Path, tmp_path: Path, damage: str) -> None:
    run = api.train(config, overrides={"training.epochs": 1}, runs_dir=tmp_path / "runs")
    file = run.path / "predictions/test.jsonl"
    text = file.read_text()
    lines = text.splitlines(keepends=True)
    if damage == "cut":
        file.write_text("".join(lines[:-2]))
    elif damage == "changed":
        file.write_text(text.replace('"class": "setosa"', '"class": "virginica"', 1))
    else:
        file.unlink()
    with pytest.raises(StorageError) as caught:
        api.compare([run.path, run.path])
    assert caught.value.file == str(file)


def test_metrics_that_are_defined_differently_are_named(trained: api.Run, config: Path, tmp_path: Path) -> None:
    metrics = ["error", {"name": "top_k_accuracy", "k": 1}], ["error", {"name": "top_k_accuracy", "k": 2}]
    runs = [
        api.train(config, overrides={"training.epochs": 1, "evaluation.metrics": one}, runs_dir=tmp_path / "runs")
        for one in metrics
    ]
    assert any(remark.startswith("top_k_accuracy ") for remark in api.compare([run.path for run in runs]).remarks)
    assert api.compare([trained.path, trained.path]).remarks == []
