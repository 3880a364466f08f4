"""`dlcli sweep resume`."""

from __future__ import annotations

from dlcli.cli import options
from dlcli.cli.sweep import options as sweep_options


def resume(
    sweep: sweep_options.SweepName,
    trials: sweep_options.Trials = None,
    workers: sweep_options.Workers = None,
    fail_fast: sweep_options.FailFast = False,
    runs_dir: options.RunsFolder = options.DEFAULT_RUNS,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Resume a sweep as if it had never stopped.

    Trials that were running continue from their checkpoints; a finished sweep continues up to --trials.
    """
    from dlcli import sweeps
    from dlcli.cli.sweep.runner import run_sweep

    run_sweep(
        lambda observer: sweeps.resume(
            sweep,
            settings=sweep_options.settings(budget__trials=trials, execution__workers=workers),
            fail_fast=fail_fast,
            runs_dir=runs_dir,
            observer=observer,
        ),
        runs_dir=runs_dir,
        json=json,
        quiet=quiet,
    )
