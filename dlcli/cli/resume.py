"""`dlcli resume`."""

from __future__ import annotations

from typing import Annotated

import typer

from dlcli.cli import named_run, options, summary


def resume(
    run: options.RunName,
    epochs: Annotated[
        int | None, typer.Option("--epochs", min=1, help="Total number of epochs.", show_default=False)
    ] = None,
    overrides: options.Overrides = None,
    runs_dir: options.RunsFolder = options.DEFAULT_RUNS,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Resume a run as if it had never stopped.

    An interrupted run continues from its last checkpoint, even in the middle of an epoch; a finished run continues
    with more --epochs.
    """
    from dlcli import api
    from dlcli.cli import progress

    run_path = named_run.find(run, runs_dir, is_done=False, quiet=quiet)
    resumed = api.resume(
        run_path, epochs=epochs, overrides=overrides or (), runs_dir=runs_dir, observer=progress.observer(quiet=quiet)
    )
    summary.report(resumed, json=json, quiet=quiet)
