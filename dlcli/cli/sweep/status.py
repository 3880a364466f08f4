"""`dlcli sweep status`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dlcli.cli import completion, console, options
from dlcli.cli.age import age
from dlcli.core import formatting

if TYPE_CHECKING:
    from dlcli.search import Trial
    from dlcli.sweeps import SweepFolder


def status(
    sweep: Annotated[
        str | None,
        typer.Argument(
            metavar="SWEEP",
            help="Sweep: id, prefix of the id, name, or folder.",
            show_default="lists all",
            autocompletion=completion.sweeps,
        ),
    ] = None,
    runs_dir: options.RunsFolder = options.DEFAULT_RUNS,
    json: options.Json = False,
) -> None:
    """Show the status of a sweep, or list all sweeps, newest first."""
    from dlcli import sweeps

    if sweep is None:
        list_sweeps(runs_dir, json=json)
    else:
        show(sweeps.find(runs_dir, sweep), json=json)


def list_sweeps(runs_dir: Path, *, json: bool) -> None:
    """Print a table of all sweeps."""
    from dataclasses import asdict

    from dlcli import sweeps
    from dlcli.cli.summary import print_warnings
    from dlcli.metrics import format_metric

    summaries = sweeps.list_sweeps(runs_dir)
    if json:
        console.print_document({"sweeps": [asdict(one) for one in summaries]})
        return
    if not summaries:
        console.notes().print(f"no sweeps in {runs_dir}")
        return
    rows = [
        (
            one.id,
            one.status,
            f"{one.ended}/{one.trials}",
            str(one.failed),
            formatting.MISSING
            if one.best is None or one.metric is None
            else f"{one.metric} {format_metric(one.metric, one.best)}",
            age(one.started),
        )
        for one in summaries
    ]
    headings = ("sweep", "status", "ended", "failed", "best", "age")
    console.results().print(console.table(*headings, rows=rows, numbers=headings[2:]))
    print_warnings(one.problem for one in summaries if one.problem is not None)


def show(folder: SweepFolder, *, json: bool) -> None:
    """Print the status of a sweep, its best configuration, and its running and failed trials."""
    from dataclasses import replace

    from dlcli import sweeps
    from dlcli.cli.summary import print_warnings
    from dlcli.cli.sweep import summary
    from dlcli.sweeps import summarize

    outcome, process, summarized = sweeps.status(folder), folder.process(), summarize(folder)
    state = summarized.status
    if process is None:  # trials that were running when the sweep was killed
        trials = tuple(replace(it, status="interrupted") if it.status == "running" else it for it in outcome.trials)
        outcome = replace(outcome, trials=trials)
    running = [trial for trial in outcome.trials if trial.status in {"running", "interrupted"}]
    if json:
        current = {
            "status": state,
            "process": process,
            "problem": summarized.problem,
            "running": [running_document(trial) for trial in running],
        }
        console.print_document(summary.document(outcome, folder.path) | current)
        return
    objective = outcome.objective
    descriptions = {
        "running": f"running in process {process}",
        "stopped": f"stopped; `dlcli sweep resume {outcome.id}` continues it",
    }
    facts = {
        "sweep": outcome.id,
        "status": descriptions.get(state, state),
        "trials": summary.format_counts(outcome),
        "search": outcome.search,
        "objective": " and ".join(
            [f"{objective.metric}, {objective.direction.better} is better", *objective.constraints]
        ),
        "folder": str(folder.path),
    }
    results = console.results()
    results.print(console.facts(facts.items()))
    if summarized.problem is not None:
        print_warnings([summarized.problem])
    results.print()
    summary.print_best(outcome, folder.path)
    if running:
        results.print()
        print_running(running, objective.metric)
    summary.print_failures(outcome)


def print_running(trials: Sequence[Trial], metric: str) -> None:
    """Print a table of running and interrupted trials."""
    from dlcli.cli.sweep import values
    from dlcli.metrics import format_metric

    rows = [
        (
            str(trial.number),
            trial.status,
            f"{len(trial.history)}/{trial.epochs or '?'}",
            format_metric(metric, trial.history[-1] if trial.history else None),
            values.format_values(trial.values),
        )
        for trial in trials
    ]
    headings = ("trial", "status", "epoch", metric, "parameters")
    console.results().print(console.table(*headings, rows=rows, numbers=["trial", "epoch", metric]))


def running_document(trial: Trial) -> dict[str, Any]:
    """Return the JSON document of a running or interrupted trial."""
    return {
        "trial": trial.number,
        "status": trial.status,
        "epoch": len(trial.history),
        "epochs": trial.epochs,
        "value": trial.history[-1] if trial.history else None,
        "values": dict(trial.values),
    }
