"""Run of a sweep with its progress and its result, shared by `dlcli sweep`, `resume` and `retry-failed`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dlcli import sweeps
from dlcli.cli import console
from dlcli.cli.failed_result import FailedResultError
from dlcli.cli.summary import print_warnings
from dlcli.cli.sweep import progress, summary
from dlcli.core import GateError, SweepFailedError, formatting
from dlcli.reports import WIDTH
from dlcli.sweeps import sweep_summary


def run_sweep(run: Callable[[sweeps.SweepObserver], sweeps.Sweep], *, runs_dir: Path, json: bool, quiet: bool) -> None:
    """Run a sweep to its end and print its result.

    Args:
        run: Function that runs the sweep with an observer.
        runs_dir: Folder of the sweeps.
        json: Whether to print the JSON document.
        quiet: Whether to show no progress.

    Raises:
        FailedResultError: Trials failed, or none satisfies the constraints.
    """
    with progress.show_progress(quiet=quiet) as observer:
        try:
            sweep = run(observer)
        except SweepFailedError as error:
            failed = error
        else:
            print_result(sweep, json=json, quiet=quiet)
            return
    folder = sweeps.find(runs_dir, failed.sweep)
    outcome = sweeps.status(folder)
    if not json:
        summary.print_best(outcome, folder.path)
    raise FailedResultError(failed, summary.document(outcome, folder.path)) from failed


def print_result(sweep: sweeps.Sweep, *, json: bool, quiet: bool) -> None:
    """Print the result of a finished sweep.

    Raises:
        FailedResultError: Trials failed, or none satisfies the constraints.
    """
    if not quiet:
        print_warnings(sweep.warnings)
    if not json:
        results = console.results()
        results.print(sweep_summary(sweep.outcome), width=min(WIDTH, results.width))
        results.print(f"\n{sweep.path}  ({formatting.duration(sweep.seconds)}; the report is report/report.md)")
    document = {**summary.document(sweep.outcome, sweep.path), "warnings": [*sweep.warnings]}
    if sweep.failed:
        message = f"{len(sweep.failed)} of {len(sweep.outcome.trials)} trials failed"
        message += f"; `dlcli sweep retry-failed {sweep.id}` trains them again"
        raise FailedResultError(SweepFailedError(message, sweep=sweep.id), document)
    best = sweep.outcome.objective.best(sweep.outcome.trials)
    if best is not None and best.violated:
        error = GateError(f"no trial satisfies {formatting.listing(best.violated)}", key="evaluation.satisfice")
        raise FailedResultError(error, document)
    if json:
        console.print_document(document)
