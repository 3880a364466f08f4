"""`dlcli runs list`."""

from __future__ import annotations

from dlcli.cli import console, figures, options


def list_runs(runs_dir: options.RunsFolder = options.DEFAULT_RUNS, json: options.Json = False) -> None:
    """List the runs, the newest first."""
    from dataclasses import asdict

    from dlcli import runs

    found = runs.list_runs(runs_dir)
    if json:
        console.print_document({"runs": [asdict(run) for run in found]})
        return
    if not found:
        console.notes().print(f"no runs in {runs_dir}")
        return
    console.results().print(
        console.table(
            "run",
            "status",
            "epochs",
            "metric",
            "value",
            "age",
            rows=[
                (run.id, run.status, str(run.epochs), *_headline(run.metrics or {}), figures.age(run.started))
                for run in found
            ],
            numbers=["epochs", "value", "age"],
        )
    )
