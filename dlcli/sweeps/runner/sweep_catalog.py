"""Catalog of the sweeps in a folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dlcli.core import StorageError
from dlcli.runs import match, storage
from dlcli.sweeps.runner import sweep_files as files
from dlcli.sweeps.runner.sweep_folder import SweepFolder

SweepStatus = Literal["running", "done", "stopped", "damaged"]


@dataclass(frozen=True)
class SweepSummary:
    """Summary of a sweep, as a row of `dlcli sweep status`.

    Args:
        id: Name of the folder.
        status: Status: "running" if a process runs it, "stopped" if none does and it has not finished.
        name: Name of the sweep.
        started: UTC time of the start (ISO 8601).
        trials: Number of proposed trials.
        ended: Number of trials that have ended.
        failed: Number of trials that failed or were killed.
        metric: Optimized metric.
        best: Best value so far.
        problem: Description of the damage; None if nothing is damaged.
    """

    id: str
    status: SweepStatus
    name: str | None = None
    started: str | None = None
    trials: int = 0
    ended: int = 0
    failed: int = 0
    metric: str | None = None
    best: float | None = None
    problem: str | None = None


def sweep_folders(root: Path) -> list[SweepFolder]:
    """Return the folders of all sweeps in `root`, newest first."""
    if not root.is_dir():
        return []
    with storage.reporting("read", root):
        paths = [
            path for path in root.iterdir() if storage.has_entry(path, files.RECORD) and not path.name.startswith(".")
        ]
    return [SweepFolder(path) for path in sorted(paths, key=lambda path: path.name, reverse=True)]


def list_sweeps(root: str | Path = "runs") -> list[SweepSummary]:
    """Return the summaries of all sweeps in `root`, newest first."""
    return [summarize(folder) for folder in sweep_folders(Path(root))]


def summarize(folder: SweepFolder) -> SweepSummary:
    """Return the summary of a sweep."""
    try:
        record, state, problem = folder.record(), folder.state(), folder.journal_problem()
    except StorageError as error:
        return SweepSummary(folder.id, "damaged", problem=str(error))
    trials = state.ordered
    best = record.objective.best(trials)
    return SweepSummary(
        id=folder.id,
        status=sweep_status(folder, is_over=state.is_over),
        name=record.name,
        started=record.started,
        trials=len(trials),
        ended=sum(trial.has_ended for trial in trials),
        failed=sum(trial.has_failed for trial in trials),
        metric=record.objective.metric,
        best=None if best is None else best.value,
        problem=problem,
    )


def sweep_status(folder: SweepFolder, *, is_over: bool) -> SweepStatus:
    """Return the status of a sweep whose files are intact."""
    if folder.process() is not None:
        return "running"
    return "done" if is_over else "stopped"


def find(root: str | Path, text: str) -> SweepFolder:
    """Find a sweep by the path of its folder, its id, a prefix of its id, or its name (the newest sweep of that name).

    Raises:
        ConfigError: No sweep matches, or a prefix is ambiguous.
    """
    if (Path(text) / files.RECORD).is_file():
        return SweepFolder(Path(text))
    ids = [folder.id for folder in sweep_folders(Path(root))]
    named = next((id for id in ids if id.partition("-")[2].rpartition("-")[0] == text), text)  # newest of this name
    return SweepFolder(Path(root) / match(named, ids, what="sweep", root=Path(root)))
