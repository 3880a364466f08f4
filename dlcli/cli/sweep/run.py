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
            help="A sweep file, or with --param a config.",
            show_default=False,
            autocompletion=completion.configs,
        ),
    ],
    parameters: Annotated[
        list[str] | None,
        typer.Option(
            "--param",
            metavar="KEY=DISTRIBUTION",
            help="Search a key of the config: 'optimizer.learning_rate=log_uniform(1e-4, 1e-1)'."
            " May be given several times.",
            show_default=False,
        ),
    ] = None,
    trials: sweep_options.Trials = None,
    search: Annotated[
        str | None,
        typer.Option(
            "--search",
            metavar="NAME",
            help="How to search: random, coarse_to_fine, grid, …; `dlcli list search` has all.",
            show_default=False,
            autocompletion=completion.searches,
        ),
    ] = None,
    workers: sweep_options.Workers = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", metavar="N", min=0, help="What is tried follows from it.", show_default=False),
    ] = None,
    overrides: options.Overrides = None,
    fail_fast: sweep_options.FailFast = False,
    runs_dir: options.RunsFolder = options.DEFAULT_RUNS,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Search for the configuration that does best.

    The result is a folder in runs/, with every trial, the best configuration and a report. Exit 6 when trials failed,
    4 when none satisfies the constraints.
    """
    from dlcli import sweeps
    from dlcli.cli.sweep.conduct import conduct
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
    conduct(
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
