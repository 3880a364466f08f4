"""Sweeps on a real cluster of two machines, as far as one machine can be two."""

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
from tests.sweeps.runner.test_sweep import told

ray: Any = pytest.importorskip("ray")
RAY = {"execution.engine": "ray"}

pytestmark = [
    pytest.mark.slow,  # a cluster takes ten seconds to start
    pytest.mark.filterwarnings("ignore"),  # Ray's own
]


@pytest.fixture
def cluster() -> Iterator[Any]:
    """A cluster with a head that computes nothing and two machines of one core each."""
    from ray.cluster_utils import Cluster

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
        made.machines = [made.add_node(num_cpus=1) for _ in range(2)]
        made.wait_for_nodes()
    yield made
    ray.shutdown()
    made.shutdown()


def test_a_cluster_reaches_what_this_machine_does(cluster: Any, sweep_file: Path, done: Sweep, tmp_path: Path) -> None:
    found = sweeps.sweep(sweep_file, settings=RAY | {"execution.address": cluster.address}, runs_dir=tmp_path / "runs")
    assert told(found.outcome.trials) == told(done.outcome.trials)
    assert found.outcome.final == done.outcome.final
    assert found.outcome.workers == 2


def test_a_machine_that_is_lost_in_the_middle_loses_nothing(
    cluster: Any, sweep_file: Path, done: Sweep, tmp_path: Path
) -> None:
    class Breaker(SweepObserver):
        def on_trial_start(self, trial: Trial) -> None:
            if trial.number == 2 and len(cluster.machines) == 2:
                cluster.remove_node(cluster.machines.pop(), allow_graceful=False)

    found = sweeps.sweep(
        sweep_file,
        settings=RAY | {"execution.address": cluster.address, "execution.retries": 3},
        runs_dir=tmp_path / "runs",
        observer=Breaker(),
    )
    assert told(found.outcome.trials) == told(done.outcome.trials)
    assert found.outcome.final == done.outcome.final
    assert any(trial.attempts > 1 for trial in found.outcome.trials) or len(cluster.machines) == 1


def test_a_cluster_that_is_nowhere_is_one_line(sweep_file: Path, tmp_path: Path) -> None:
    with pytest.raises(WorkerError, match=r"no Ray cluster at 127\.0\.0\.1:1:"):
        sweeps.sweep(sweep_file, settings=RAY | {"execution.address": "127.0.0.1:1"}, runs_dir=tmp_path / "runs")
