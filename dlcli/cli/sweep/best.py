"""`dlcli sweep best`."""

from __future__ import annotations

from dlcli.cli import console, options
from dlcli.cli.sweep import options as sweep_options


def best(
    sweep: sweep_options.SweepName, runs_dir: options.RunsFolder = options.DEFAULT_RUNS, json: options.Json = False
) -> None:
    """Show the best configuration so far.

    Its values, how good it is, how much that differs from seed to seed, and where its trial and its final run are.
    """
    from dlcli import sweeps
    from dlcli.cli.sweep import summary

    folder = sweeps.find(runs_dir, sweep)
    outcome = sweeps.status(folder)
    if json:
        everything = summary.document(outcome, folder.path)
        console.print_document({name: everything[name] for name in ("sweep", "objective", "best", "final")})
    else:
        summary.print_best(outcome, folder.path)
