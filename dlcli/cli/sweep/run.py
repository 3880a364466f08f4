"""`dlcli sweep FILE`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dlcli.cli import completion, options
from dlcli.cli.sweep import options as sweep_options


def run(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="Sweep file, or config with --param.",
            show_default=False,
            autocompletion=completion.configs,
        ),
    ],
    parameters: Annotated[
        list[str] | None,
        typer.Option(
            "--param",
            metavar="KEY=DISTRIBUTION",
            help="Key to search, such as 'optimizer.learning_rate=log_uniform(1e-4, 1e-1)'. May be repeated.",
            show_default=False,
        ),
    ] = None,
    trials: sweep_options.Trials = None,
    search: Annotated[
        str | None,
        typer.Option(
            "--search",
            metavar="NAME",
            help="Search algorithm, such as random, coarse_to_fine or grid; `dlcli list search` lists all.",
            show_default=False,
            autocompletion=completion.searches,
        ),
    ] = None,
    workers: sweep_options.Workers = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", metavar="N", min=0, help="Seed of the search.", show_default=False),
    ] = None,
    overrides: options.Overrides = None,
    fail_fast: sweep_options.FailFast = False,
    runs_dir: options.RunsFolder = options.DEFAULT_RUNS,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Search for the best configuration.

    The result is a folder in runs/ with all trials, the best configuration and a report. The exit code is 6 if trials
    failed, and 4 if none satisfies the constraints.
    """
    from dlcli import sweeps
    from dlcli.cli.sweep.runner import run_sweep
    from dlcli.spec import Override, Place

    settings = [
        Override(path, value, append=False, place=Place(f"{option} {value}"))
        for option, path, value in (
            ("--trials", ("budget", "trials"), trials),
            ("--search", ("search",), search),
            ("--workers", ("execution", "workers"), workers),
            ("--seed", ("seed",), seed),
        )
        if value is not None
    ]
    run_sweep(
        lambda observer: sweeps.sweep(
            file,
            params=parameters or (),
            overrides=overrides or (),
            settings=settings,
            fail_fast=fail_fast,
            runs_dir=runs_dir,
            observer=observer,
        ),
        runs_dir=runs_dir,
        json=json,
        quiet=quiet,
    )
