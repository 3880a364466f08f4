"""Training of a job in a worker."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

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
