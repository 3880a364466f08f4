"""`dlcli runs list`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlcli.cli import console, options
from dlcli.cli.age import age
from dlcli.core import StorageError

if TYPE_CHECKING:
    from dlcli.runs import RunSummary


def list_runs(runs_dir: options.RunsFolder = options.DEFAULT_RUNS, json: options.Json = False) -> None:
    """List the runs, newest first, each with the metric that selected its best epoch."""
    from dataclasses import asdict

    from dlcli import runs
    from dlcli.metrics import format_metric

    listed = [with_best(run, runs_dir / run.id) for run in runs.list_runs(runs_dir)]
    if json:
        console.print_document({"runs": [asdict(run) | {"best": best} for run, best in listed]})
        return
    if not listed:
        console.notes().print(f"no runs in {runs_dir}")
        return
    rows = [
        (
            run.id,
            run.status,
            str(run.epochs),
            f"{best['metric']} {format_metric(best['metric'], best['value'])}" if best else "–",
            age(run.started),
        )
        for run, best in listed
    ]
    headings = ("run", "status", "epochs", "best", "age")
    console.results().print(console.table(*headings, rows=rows, numbers=["epochs", "best", "age"]))


def with_best(run: RunSummary, folder: Path) -> tuple[RunSummary, dict[str, Any]]:
    """Return a run and its best epoch, which is empty before the first checkpoint; a damaged run gets that status."""
    from dataclasses import replace

    from dlcli.runs import RunFolder
    from dlcli.training import CheckpointStore

    try:
        return run, CheckpointStore(RunFolder(folder).checkpoints).pointer("best") or {}
    except StorageError as error:
        return replace(run, status="damaged", problem=run.problem or str(error)), {}
