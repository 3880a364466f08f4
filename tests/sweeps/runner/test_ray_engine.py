"""Sweeps on a Ray cluster of two simulated machines."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dlcli import sweeps
from dlcli.search import Trial
from dlcli.sweeps import Sweep, SweepObserver
from dlcli.sweeps.runner.engine import WorkerError
from tests.sweeps.runner.test_sweep import results

ray: Any = pytest.importorskip("ray")
RAY = {"execution.engine": "ray"}

pytestmark = [
    pytest.mark.slow,  # a cluster takes ten seconds to start
    pytest.mark.filterwarnings("ignore"),  # warnings of Ray
]


@pytest.fixture
def cluster() -> Iterator[Any]:
    """Cluster with a head without cores and two machines with one core each."""
    from ray.cluster_utils import Cluster

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
        cluster.machines = [cluster.add_node(num_cpus=1) for _ in range(2)]
        cluster.wait_for_nodes()
    yield cluster
    ray.shutdown()
    cluster.shutdown()


def test_cluster_has_same_results(cluster: Any, sweep_file: Path, done: Sweep, tmp_path: Path) -> None:
    result = sweeps.sweep(sweep_file, settings=RAY | {"execution.address": cluster.address}, runs_dir=tmp_path / "runs")
    assert results(result.outcome.trials) == results(done.outcome.trials)
    assert result.outcome.final == done.outcome.final
    assert result.outcome.workers == 2


def test_results_after_loss_of_machine(cluster: Any, sweep_file: Path, done: Sweep, tmp_path: Path) -> None:
    class Breaker(SweepObserver):
        def on_trial_start(self, trial: Trial) -> None:
            if trial.number == 2 and len(cluster.machines) == 2:
                cluster.remove_node(cluster.machines.pop(), allow_graceful=False)

    result = sweeps.sweep(
        sweep_file,
        settings=RAY | {"execution.address": cluster.address, "execution.retries": 3},
        runs_dir=tmp_path / "runs",
        observer=Breaker(),
    )
    assert results(result.outcome.trials) == results(done.outcome.trials)
    assert result.outcome.final == done.outcome.final
    assert any(trial.attempts > 1 for trial in result.outcome.trials) or len(cluster.machines) == 1


def test_unreachable_cluster(sweep_file: Path, tmp_path: Path) -> None:
    with pytest.raises(WorkerError, match=r"127\.0\.0\.1:1:"):
        sweeps.sweep(sweep_file, settings=RAY | {"execution.address": "127.0.0.1:1"}, runs_dir=tmp_path / "runs")
