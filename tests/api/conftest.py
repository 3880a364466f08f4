"""A small run that is trained once and shared by many tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlcli import api

CONFIG = """\
name: small
data:
  dataset: iris
  split: {train: 0.6, dev: 0.2, test: 0.2, stratify: true}
model: {architecture: mlp, hidden_units: [8]}
optimizer: {name: adam, learning_rate: 0.02}
regularization: {dropout: 0.1, l2: 0.01}
training: {epochs: 8, batch_size: 16, weight_average: {decay: 0.9}}
evaluation: {metrics: [accuracy, error, macro_f1]}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "small.yaml"
    file.write_text(CONFIG)
    return file


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> api.Run:
    folder = tmp_path_factory.mktemp("trained")
    (folder / "small.yaml").write_text(CONFIG)
    return api.train(folder / "small.yaml", runs_dir=folder / "runs")
