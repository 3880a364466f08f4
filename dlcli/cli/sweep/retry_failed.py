"""`dlcli sweep retry-failed`."""

from __future__ import annotations

from dlcli.cli import options
from dlcli.cli.sweep import options as sweep_options


def retry_failed(
    sweep: sweep_options.SweepName,
    workers: sweep_options.Workers = None,
    fail_fast: sweep_options.FailFast = False,
    runs_dir: options.RunsFolder = options.DEFAULT_RUNS,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Train the failed trials again, then the remaining ones."""
    from dlcli import sweeps
    from dlcli.cli.sweep.runner import run_sweep

    run_sweep(
        lambda observer: sweeps.resume(
            sweep,
            retry_failed=True,
            settings=sweep_options.settings(execution__workers=workers),
            fail_fast=fail_fast,
            runs_dir=runs_dir,
            observer=observer,
        ),
        runs_dir=runs_dir,
        json=json,
        quiet=quiet,
    )
