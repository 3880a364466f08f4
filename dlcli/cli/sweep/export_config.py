"""`dlcli sweep export-config`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dlcli.cli import console, options
from dlcli.cli.sweep import options as sweep_options
from dlcli.core import ConfigError


def export_config(
    sweep: sweep_options.SweepName,
    trial: Annotated[
        int | None,
        typer.Option("--trial", metavar="N", min=0, help="Number of a trial.", show_default="the best configuration"),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="File to write.", show_default="stdout"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
    runs_dir: options.RunsFolder = options.DEFAULT_RUNS,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Print the best configuration as a complete config for `dlcli train`."""
    from dlcli import sweeps
    from dlcli.cli.sweep import summary

    folder = sweeps.find(runs_dir, sweep)
    if not quiet:
        summary.print_problem(folder)
    text = sweeps.best_config(folder, trial)
    if output is not None:
        if output.exists() and not force:
            raise ConfigError("file exists; use --force to overwrite it", code="file_exists", file=str(output))
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
    if json:
        result = {"config": text} if output is None else {"output": str(output)}
        console.print_document({"sweep": folder.id, "trial": trial, **result})
    elif output is None:
        console.print_text(text)
    elif not quiet:
        console.notes().print(f"wrote {output}; next: dlcli train {output}")
