"""`dlcli runs rm`."""

from __future__ import annotations

import sys

import typer

from dlcli.cli import console, options
from dlcli.errors import ConfigError
from dlcli.printable import printable


def remove(
    names: options.RunNames,
    runs_dir: options.RunsFolder = options.DEFAULT_RUNS,
    yes: options.Yes = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Remove runs: the files that dlcli wrote, and the folders that are empty then."""
    from dlcli import runs

    folders = [runs.find(runs_dir, name) for name in names]
    ids = [folder.id for folder in folders]
    if not yes:
        if json or not sys.stdin.isatty():
            raise ConfigError("nobody is there to ask; give --yes to remove without being asked")
        if not typer.confirm(printable(f"Remove {', '.join(ids)}?"), err=True):
            return
    kept = [path for folder in folders for path in runs.remove(folder)]
    if json:
        console.print_document({"removed": ids, "kept": kept})
    elif not quiet:
        console.notes().print(f"removed {', '.join(ids)}")
        for path in kept:
            console.notes().print(f"kept {path}, which dlcli did not write", soft_wrap=True)
