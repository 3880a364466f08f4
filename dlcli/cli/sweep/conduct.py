"""What `dlcli sweep`, `resume` and `retry-failed` do alike: show a sweep as it goes, and say what came of it."""

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


def conduct(begin: Callable[[sweeps.SweepObserver], sweeps.Sweep], *, runs_dir: Path, json: bool, quiet: bool) -> None:
    """Let a sweep run to its end.

    Args:
        begin: what runs it, and is watched by the observer that it is given.
        runs_dir: where its folder is.
        json: print the document.
        quiet: show nothing meanwhile.

    Raises:
        FailedResultError: trials failed, or none satisfies the constraints.
    """
    with progress.shown(quiet=quiet) as observer:
        try:
            sweep = begin(observer)
        except SweepFailedError as error:
            failed = error
        else:
            report(sweep, json=json, quiet=quiet)
            return
    folder = sweeps.find(runs_dir, failed.sweep)
    outcome = sweeps.status(folder)
    if not json:
        summary.print_best(outcome, folder.path)
    raise FailedResultError(failed, summary.document(outcome, folder.path)) from failed


def report(sweep: sweeps.Sweep, *, json: bool, quiet: bool) -> None:
    """The end of a sweep whose trials have all ended.

    Raises:
        FailedResultError: some of them failed, or none satisfies the constraints.
    """
    if not quiet:
        print_warnings(sweep.warnings)
    if not json:
        results = console.results()
        results.print(sweep_summary(sweep.outcome), width=min(WIDTH, results.width))
        results.print(f"\n{sweep.path}  ({formatting.duration(sweep.seconds)}; the report is report/report.md)")
    document = {**summary.document(sweep.outcome, sweep.path), "warnings": [*sweep.warnings]}
    if sweep.failed:
        failed = f"{len(sweep.failed)} of {len(sweep.outcome.trials)} trials failed"
        message = f"{failed}; `dlcli sweep retry-failed {sweep.id}` tries them again"
        raise FailedResultError(SweepFailedError(message, sweep=sweep.id), document)
    best = sweep.outcome.objective.best(sweep.outcome.trials)
    if best is not None and best.violated:
        error = GateError(f"no trial satisfies {' and '.join(best.violated)}", key="evaluation.satisfice")
        raise FailedResultError(error, document)
    if json:
        console.print_document(document)
