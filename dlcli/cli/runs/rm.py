"""`dlcli runs rm`."""

from __future__ import annotations

import sys

import typer

from dlcli.cli import console, options
from dlcli.core import ConfigError, printable


def remove(
    names: options.RunNames,
    runs_dir: options.RunsFolder = options.DEFAULT_RUNS,
    yes: options.Yes = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Remove runs: the files that dlcli wrote, and folders that are empty afterwards."""
    from dlcli import runs

    for name in names:
        named = runs.named_runs(runs_dir, name)
        if len(named) > 1 and not (runs_dir / name).is_dir():
            raise ConfigError(
                f"{len(named)} runs have the name {name!r}; use their ids: {', '.join(run.id for run in named)}",
                code="ambiguous_name",
            )
    named_folders = [runs.find(runs_dir, name, is_done=False) for name in names]
    folders = list({folder.path.resolve(): folder for folder in named_folders}.values())
    ids = [folder.id for folder in folders]
    if not yes:
        if json or not sys.stdin.isatty():
            raise ConfigError("cannot ask for confirmation without a terminal; use --yes to remove", code="usage")
        if not typer.confirm(printable(f"Remove {', '.join(ids)}?"), err=True):
            return
    foreign_files = [path for folder in folders for path in runs.remove(folder)]
    if json:
        console.print_document({"removed": ids, "kept": foreign_files})
    elif not quiet:
        console.notes().print(f"removed {', '.join(ids)}")
        for path in foreign_files:
            console.notes().print(f"kept {path}, which dlcli did not write", soft_wrap=True)
