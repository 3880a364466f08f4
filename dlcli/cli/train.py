"""`dlcli train`."""

from __future__ import annotations

from dlcli.cli import options, summary


def train(
    config: options.ConfigFile,
    overrides: options.Overrides = None,
    runs_dir: options.RunsFolder = options.DEFAULT_RUNS,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Train a model from a config file.

    The result is a folder in runs/, with a report on what to try next.
    """
    from dlcli import api
    from dlcli.cli import progress

    observer = progress.observer(quiet=quiet)
    run = api.train(config, overrides=overrides or (), runs_dir=runs_dir, observer=observer)
    summary.report(run, json=json, quiet=quiet)
