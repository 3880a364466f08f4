"""Sweeps from texts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dlcli.assembly import Experiment
from dlcli.core import DlcliError
from dlcli.sweeps import SweepSpec, load_sweep

IRIS = """\
data: {dataset: iris}
model:
  architecture: mlp
  hidden_units: [5]
optimizer: {name: adam, schedule: {name: inverse_time, decay_rate: 0.5}}
"""

BASE = """\
data: {dataset: iris, split: {train: 0.6, dev: 0.2, test: 0.2}}
model: {architecture: mlp, hidden_units: [5]}
optimizer: {name: adam, beta1: 0.8}
"""

Build = Callable[..., Experiment]
Mistake = Callable[..., DlcliError]
Sweep = Callable[[str], SweepSpec]


@pytest.fixture
def sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sweep:
    """Function that loads a text as `sweep.yaml`, whose first line names the base."""
    (tmp_path / "base.yaml").write_text(BASE)
    monkeypatch.chdir(tmp_path)

    def load_text(text: str) -> SweepSpec:
        Path("sweep.yaml").write_text(f"base: base.yaml\n{text}")
        return load_sweep("sweep.yaml")

    return load_text
