"""Config and finished sweep: three trials of logistic regression with two epochs each."""

from __future__ import annotations

import importlib
import shutil
from pathlib import Path

import pytest

from dlcli.cli.main import main

runner = importlib.import_module("dlcli.sweeps.runner.sweep")  # the package has a function of this name

BASE = """\
name: tumors
data: {dataset: breast_cancer, split: {train: 0.6, dev: 0.2, test: 0.2}, normalize: standard}
task: binary_classification
model: {architecture: logistic_regression}
optimizer: {name: sgd, learning_rate: 0.1}
training: {epochs: 2, batch_size: 64}
"""
SWEEP = """\
name: rates
base: base.yaml
space: {optimizer.learning_rate: "log_uniform(1e-3, 1)"}
budget: {trials: 3}
execution: {workers: 1}
final: {seeds: 2}
"""


def write_files(place: Path) -> None:
    (place / "base.yaml").write_text(BASE, encoding="utf-8")
    (place / "sweep.yaml").write_text(SWEEP, encoding="utf-8")


def skip_report(patch: pytest.MonkeyPatch) -> None:
    """Skip the report, whose figures take longer than these sweeps."""
    patch.setattr(runner, "write_sweep_report", lambda *_, **__: None)


@pytest.fixture(autouse=True)
def without_report(monkeypatch: pytest.MonkeyPatch) -> None:
    skip_report(monkeypatch)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Working directory with a config and a sweep file."""
    write_files(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder like `place` with one finished sweep, which tests must copy before they change it."""
    place = tmp_path_factory.mktemp("searched")
    write_files(place)
    with pytest.MonkeyPatch.context() as patch:
        skip_report(patch)
        assert main(["sweep", str(place / "sweep.yaml"), "--runs-dir", str(place / "runs"), "--quiet"]) == 0
    return place


@pytest.fixture
def sweep(place: Path, searched: Path) -> str:
    """Id of a finished sweep in `runs/` of the working directory."""
    shutil.copytree(searched / "runs", place / "runs")
    (folder,) = (place / "runs").iterdir()
    return folder.name
