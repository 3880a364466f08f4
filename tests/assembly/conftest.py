"""Experiments from texts of configs, and errors during their creation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dlcli.assembly import Experiment, build_experiment
from dlcli.core import DlcliError
from dlcli.spec import load_spec
from dlcli.sweeps import SweepSpec

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
def iris() -> str:
    """A config of a small network."""
    return IRIS


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """`build(text, "key=VALUE", …)` builds the experiment of a text as the file `config.yaml`."""

    def call(text: str, *overrides: str) -> Experiment:
        config = tmp_path / "config.yaml"
        config.write_text(text)
        return build_experiment(load_spec(config, overrides))

    return call


@pytest.fixture
def mistake(build: Build) -> Mistake:
    """`mistake(text, "key=VALUE", …)` returns the error of a config that cannot be built."""

    def call(text: str, *overrides: str) -> DlcliError:
        with pytest.raises(DlcliError) as caught:
            build(text, *overrides)
        return caught.value

    return call
