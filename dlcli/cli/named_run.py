"""Runs by their names, on the command line: of several with the same name, the user hears which one is meant."""

from __future__ import annotations

from pathlib import Path

from dlcli.cli import console


def find(text: str, runs_dir: Path, *, is_done: bool = True, quiet: bool = False) -> Path:
    """The folder of the run that `text` means.

    Args:
        text: a run's folder, id, beginning of its id, or name.
        runs_dir: folder of the runs.
        is_done: whether a name means the newest run that is done, and not just the newest.
        quiet: whether nothing is said on stderr.

    Raises:
        ConfigError: there is no such run, or several may be meant.
    """
    from dlcli import runs

    folder = runs.find(runs_dir, text, is_done=is_done)
    if text != folder.id and not quiet and folder.path != Path(text):
        named = runs.named_runs(runs_dir, text)
        if len(named) > 1:
            newest = "the newest that is done" if is_done else "the newest"
            console.notes().print(f"{len(named)} runs are called {text}; this is {newest}, {folder.id}", soft_wrap=True)
    return folder.path


def find_unless_file(text: str, runs_dir: Path, *, quiet: bool = False) -> Path:
    """The config file that `text` is the path of, or else the folder of a run as `find` finds it."""
    path = Path(text)
    return path if path.is_file() else find(text, runs_dir, quiet=quiet)
