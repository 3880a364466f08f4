"""The sweeps under one folder: found and listed."""

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
    """One row of `dlcli sweep status`.

    Args:
        id: the folder's name.
        status: "running" while a process conducts it, "stopped" when none does and something is left to do.
        name: of the sweep.
        started: UTC time, ISO 8601.
        trials: how many were proposed so far.
        ended: how many of them have ended.
        failed: how many of these failed or were killed.
        metric: what is optimized.
        best: the best value so far.
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


def sweep_folders(root: Path) -> list[SweepFolder]:
    """Every sweep under `root`, newest first."""
    if not root.is_dir():
        return []
    with storage.reporting("read", root):
        paths = [path for path in root.iterdir() if (path / files.RECORD).is_file() and not path.name.startswith(".")]
    return [SweepFolder(path) for path in sorted(paths, key=lambda path: path.name, reverse=True)]


def list_sweeps(root: str | Path = "runs") -> list[SweepSummary]:
    """One row for every sweep under `root`, newest first."""
    return [summarize(folder) for folder in sweep_folders(Path(root))]


def summarize(folder: SweepFolder) -> SweepSummary:
    """The row of one sweep."""
    try:
        record, state = folder.record(), folder.state()
    except StorageError:
        return SweepSummary(folder.id, "damaged")
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
    )


def sweep_status(folder: SweepFolder, *, is_over: bool) -> SweepStatus:
    """Whether a process conducts the sweep, or something is left to do."""
    if folder.process() is not None:
        return "running"
    return "done" if is_over else "stopped"


def find(root: str | Path, text: str) -> SweepFolder:
    """The sweep that `text` means: a path to its folder, its id, the start of its id, or its name (then the newest).

    Raises:
        ConfigError: none does, with the nearest; or several do.
    """
    if (Path(text) / files.RECORD).is_file():
        return SweepFolder(Path(text))
    ids = [folder.id for folder in sweep_folders(Path(root))]
    named = next((id for id in ids if id.partition("-")[2].rpartition("-")[0] == text), text)  # the newest of a name
    return SweepFolder(Path(root) / match(named, ids, what="sweep", root=Path(root)))
