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
    """Go on with a sweep as if it had never stopped.

    Trials that were in training go on from their checkpoints; a finished sweep goes on to more --trials.
    """
    from dlcli import sweeps
    from dlcli.cli.sweep.conduct import conduct

    conduct(
        lambda observer: sweeps.resume(
            sweep,
            settings=sweep_options.given(budget__trials=trials, execution__workers=workers),
            fail_fast=fail_fast,
            runs_dir=runs_dir,
            observer=observer,
        ),
        runs_dir=runs_dir,
        json=json,
        quiet=quiet,
    )
