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
    """Remove runs: the files that dlcli wrote, and the folders that are empty then."""
    from dlcli import runs

    for name in names:
        named = runs.named_runs(runs_dir, name)
        if len(named) > 1 and not (runs_dir / name).is_dir():
            raise ConfigError(
                f"{len(named)} runs are called {name!r}; name them by their ids: {', '.join(run.id for run in named)}",
                code="ambiguous_name",
            )
    found = [runs.find(runs_dir, name, is_done=False) for name in names]
    folders = list({folder.path.resolve(): folder for folder in found}.values())
    ids = [folder.id for folder in folders]
    if not yes:
        if json or not sys.stdin.isatty():
            raise ConfigError("nobody is there to ask; give --yes to remove without being asked", code="usage")
        if not typer.confirm(printable(f"Remove {', '.join(ids)}?"), err=True):
            return
    kept = [path for folder in folders for path in runs.remove(folder)]
    if json:
        console.print_document({"removed": ids, "kept": kept})
    elif not quiet:
        console.notes().print(f"removed {', '.join(ids)}")
        for path in kept:
            console.notes().print(f"kept {path}, which dlcli did not write", soft_wrap=True)
