"""Runs side by side."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlcli import experiment
from dlcli.errors import StorageError
from dlcli.runs import RunFolder


def test_runs_are_compared_by_what_differs(trained: experiment.Run, config: Path, tmp_path: Path) -> None:
    other = experiment.train(config, overrides={"training.epochs": 1, "data.path": "."}, runs_dir=tmp_path / "runs")
    compared = experiment.compare([trained.path, other.path])
    assert compared.runs == [trained.id, other.id]
    assert compared.options.keys() == {"data.path", "training.epochs"}
    assert compared.options["training.epochs"] == ["8", "1"]
    assert compared.metrics["dev/error"] == [trained.metrics["dev/error"], other.metrics["dev/error"]]
    (errors,) = compared.errors
    assert (errors.first, errors.second) == (trained.id, other.id)
    assert [split.split for split in errors.splits] == ["dev", "test"]
    assert all(split.is_paired for split in errors.splits)
    assert errors.splits[1].first == pytest.approx(trained.metrics["test/error"])


def test_a_run_without_a_report_or_a_metric_leaves_a_gap(trained: experiment.Run, config: Path, tmp_path: Path) -> None:
    other = experiment.train(config, runs_dir=tmp_path / "runs")
    folder = RunFolder(other.path)
    folder.write_record(folder.record().end("failed", 1, metrics={}, error=None))
    (other.path / "report/report.json").unlink()
    compared = experiment.compare([trained.path, other.path])
    assert compared.metrics["test/error"] == [trained.metrics["test/error"], None]
    assert compared.errors == []


def test_a_damaged_report_is_named(config: Path, tmp_path: Path) -> None:
    run = experiment.train(config, overrides={"training.epochs": 1}, runs_dir=tmp_path / "runs")
    (run.path / "report/report.json").write_text("{}")
    with pytest.raises(StorageError, match=r"report\.json: is not the report of a run"):
        experiment.compare([run.path, run.path])
