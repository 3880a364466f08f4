"""Components for tests, with the real distributions, searches and pruning rules."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import dlcli.components  # noqa: F401  # registers them before the registry is cleared
from dlcli.core import registry
from dlcli.sweeps import SweepSpec, load_sweep
from tests.spec.conftest import _components  # noqa: F401  # fixture

KINDS = ("distribution", "search", "pruning")
REAL = {(kind, name): registry.lookup(kind, name) for kind in KINDS for name in registry.names(kind)}

GOOD = """\
base: base.yaml
overrides: {training.epochs: 10}
space:
  optimizer.learning_rate: log_uniform(1e-4, 1e-1)
  optimizer.name: choice(sgd, adam)
  optimizer.beta1: one_minus_log_uniform(0.8, 0.99) when optimizer.name == adam
  depth: int_uniform(1, 3)
  width: "int_log_uniform(low: 16, high: 256)"
  model.hidden_units: "[width] * depth"
  training.batch_size: [32, 64, 128]
search: {name: coarse_to_fine, stages: 3}
objective: {optimize: dev/loss, satisfice: {latency_ms: "<= 3"}}
budget: {trials: 12}
execution: {workers: 2, pruning: median}
final: {seeds: 2}
"""


@pytest.fixture(autouse=True)
def _sweep_components(_components: None) -> None:  # noqa: F811
    for (kind, name), component in REAL.items():
        registry.register(kind, name)(component)


@pytest.fixture
def good_sweep() -> str:
    """Text of a sweep file that uses every section."""
    return GOOD


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., SweepSpec]:
    """Function that loads a text as `sweep.yaml`, next to `base.yaml` in the working directory."""
    (tmp_path / "base.yaml").write_text((Path(__file__).parent / "base.yaml").read_text())
    monkeypatch.chdir(tmp_path)

    def load_text(text: str, **changes: object) -> SweepSpec:
        Path("sweep.yaml").write_text(text)
        return load_sweep("sweep.yaml", **changes)  # type: ignore[arg-type]

    return load_text
