"""Training of a job in a worker."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dlcli import api, sweeps
from dlcli.runs import RunFolder
from dlcli.sweeps import SweepFolder
from dlcli.sweeps.runner.job import Job
from dlcli.sweeps.runner.job_trainer import JobTrainer


class SilentChannel:
    """Channel that drops events and never prunes."""

    def send(self, event: Mapping[str, Any]) -> None:
        pass

    def pruning_decision(self) -> str | None:
        return None


def test_resumed_run_has_missing_input_files(copied: Path) -> None:
    folder = SweepFolder(copied)
    trial = folder.state().trials[0]
    run = copied / "trials/0000"
    before = {path.relative_to(run): path.read_bytes() for path in run.iterdir() if path.is_file()}
    for path in sorted(run.rglob("*"), reverse=True):
        if path.name != "run.json":
            path.rmdir() if path.is_dir() else path.unlink()
    ended = JobTrainer(folder).train(Job(folder="trials/0000", values=trial.values), SilentChannel())
    assert (ended["status"], ended["value"]) == ("done", trial.value)
    after = {path.relative_to(run): path.read_bytes() for path in run.iterdir() if path.is_file()}
    assert after.keys() == before.keys()
    changing = {"run.json", "train.log", "metrics.jsonl", ".lock"}  # with times and process ids
    assert all(after[name] == before[name] for name in after if str(name) not in changing)


def test_run_of_another_config_is_replaced(copied: Path) -> None:
    """After the loss of the journal, a number may belong to another configuration."""
    folder = SweepFolder(copied)
    first, second = (folder.state().trials[number] for number in (0, 1))
    assert first.values != second.values
    ended = JobTrainer(folder).train(Job(folder="trials/0000", values=second.values), SilentChannel())
    assert (ended["status"], ended["value"], ended["metrics"]) == ("done", second.value, second.metrics)
    ended = JobTrainer(folder).train(Job(folder="trials/0000", values=second.values), SilentChannel())
    assert (ended["status"], ended["value"]) == ("done", second.value)


def test_data_in_memory_is_not_used_with_the_scaling_of_another_run(tmp_path: Path) -> None:
    config = tmp_path / "base.yaml"
    config.write_text(
        "data: {dataset: breast_cancer}\nmodel: {architecture: logistic_regression}\n"
        "optimizer: sgd\ntraining: {epochs: 1}\n"
    )
    sources = [
        api.train(config, overrides=overrides, runs_dir=tmp_path / "runs").path
        for overrides in (["data.normalize=standard"], ["data.normalize=min_max"])
    ]
    config.write_text(f"data: {{dataset: breast_cancer}}\nmodel: {{from: {sources[0]}}}\noptimizer: sgd\n")
    (tmp_path / "sweep.yaml").write_text(
        f"base: base.yaml\nspace: {{model.from: [{sources[0]}, {sources[1]}]}}\nsearch: grid\n"
        "execution: {workers: 1}\nfinal: null\n"
    )
    sweep = sweeps.sweep(tmp_path / "sweep.yaml", overrides={"training.epochs": 1}, runs_dir=tmp_path / "runs")
    trials = sorted((sweep.path / "trials").iterdir())
    used = [Path(RunFolder(trial).record().initial_weights["from"]) for trial in trials]
    assert sorted(used) == sorted(sources)
    assert [scaling(trial) for trial in trials] == [scaling(run) for run in used]
    assert scaling(sources[0]) != scaling(sources[1])


def scaling(run: Path) -> dict[str, list[float]]:
    return json.loads((run / "preprocessing.json").read_text())["scaling"]
