"""`dlcli resume`."""

from __future__ import annotations

from typing import Annotated

import typer

from dlcli.cli import named_run, options, summary


def resume(
    run: options.RunName,
    epochs: Annotated[
        int | None, typer.Option("--epochs", min=1, help="Train up to this many epochs in all.", show_default=False)
    ] = None,
    overrides: options.Overrides = None,
    runs_dir: options.RunsFolder = options.DEFAULT_RUNS,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Go on with a run as if it had never stopped.

    An interrupted run goes on where it was, also in the middle of an epoch; a finished one for more --epochs.
    """
    from dlcli import api
    from dlcli.cli import progress

    found = named_run.find(run, runs_dir, is_done=False, quiet=quiet)
    resumed = api.resume(
        found, epochs=epochs, overrides=overrides or (), runs_dir=runs_dir, observer=progress.observer(quiet=quiet)
    )
    summary.report(resumed, json=json, quiet=quiet)
