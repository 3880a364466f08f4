"""Sweep that takes one second: logistic regression with few epochs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dlcli import sweeps
from dlcli.sweeps import Sweep

CONFIG = """\
data: {dataset: breast_cancer}
model: {architecture: logistic_regression}
optimizer: {name: momentum, learning_rate: 0.1}
training: {epochs: 3}
"""

SWEEP = """\
base: base.yaml
space:
  optimizer.learning_rate: log_uniform(1e-4, 1)
  training.batch_size: [16, 64]
budget: {trials: 6}
execution: {workers: 2}
final: {seeds: 2}
"""


def write_sweep(folder: Path) -> Path:
    """Write a sweep file next to its base and return its path."""
    (folder / "base.yaml").write_text(CONFIG)
    file = folder / "search.yaml"
    file.write_text(SWEEP)
    return file


@pytest.fixture
def sweep_file(tmp_path: Path) -> Path:
    """Sweep file next to its base, which tests may change."""
    return write_sweep(tmp_path)


@pytest.fixture(scope="package")
def done(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    """Finished sweep, which tests must not change."""
    folder = tmp_path_factory.mktemp("done")
    return sweeps.sweep(write_sweep(folder), runs_dir=folder / "runs")


@pytest.fixture
def copied(done: Sweep, tmp_path: Path) -> Path:
    """Copy of the folder of the finished sweep, which tests may resume."""
    return Path(shutil.copytree(done.path, tmp_path / "runs" / done.id))
