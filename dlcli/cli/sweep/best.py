"""`dlcli sweep best`."""

from __future__ import annotations

from dlcli.cli import console, options
from dlcli.cli.sweep import options as sweep_options


def best(
    sweep: sweep_options.SweepName, runs_dir: options.RunsFolder = options.DEFAULT_RUNS, json: options.Json = False
) -> None:
    """Show the best configuration so far.

    The output has its values, its metric with the standard deviation between seeds, and the folders of its runs.
    """
    from dlcli import sweeps
    from dlcli.cli.sweep import summary

    folder = sweeps.find(runs_dir, sweep)
    outcome = sweeps.status(folder)
    summary.print_problem(folder)
    if json:
        document = summary.document(outcome, folder.path)
        console.print_document({name: document[name] for name in ("sweep", "objective", "best", "final")})
    else:
        summary.print_best(outcome, folder.path)
