"""Lookup of runs by name on the command line; if a name is ambiguous, the user is shown which run is used."""

from __future__ import annotations

from pathlib import Path

from dlcli.cli import console


def find(text: str, runs_dir: Path, *, is_done: bool = True, quiet: bool = False) -> Path:
    """Return the folder of the run that `text` refers to.

    Args:
        text: Folder, id, beginning of the id, or name of a run.
        runs_dir: Folder of the runs.
        is_done: Whether a name refers to the newest finished run rather than to the newest run.
        quiet: Whether to print no message for an ambiguous name.

    Raises:
        ConfigError: There is no such run, or the text is ambiguous.
    """
    from dlcli import runs

    folder = runs.find(runs_dir, text, is_done=is_done)
    if text != folder.id and not quiet and folder.path != Path(text):
        named = runs.named_runs(runs_dir, text)
        if len(named) > 1:
            newest = "the newest finished one" if is_done else "the newest one"
            console.notes().print(
                f"{len(named)} runs have the name {text}; using {newest}, {folder.id}", soft_wrap=True
            )
    return folder.path


def find_unless_file(text: str, runs_dir: Path, *, quiet: bool = False) -> Path:
    """Return the path of a config file if `text` is one, else the folder of the run that it refers to."""
    path = Path(text)
    return path if path.is_file() else find(text, runs_dir, quiet=quiet)
