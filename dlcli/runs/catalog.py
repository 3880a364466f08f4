"""List of the runs in a folder, search for a run, and removal of a run."""

from __future__ import annotations

import difflib
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dlcli.core import ConfigError, StorageError
from dlcli.runs import files, lock, storage
from dlcli.runs.run_folder import RunFolder


class UnknownRunError(ConfigError):
    """A run or sweep that does not exist.

    Args:
        what: Kind of folder, "run" or "sweep".
        text: Name from the user.
        root: Folder that was searched.
        near: Nearest name; None if no name is near.
    """

    def __init__(self, what: str, text: str, root: Path, near: str | None) -> None:
        super().__init__(
            f"no {what} {text!r} in {root}" + ("" if near is None else f"; did you mean {near}?"), code="unknown_run"
        )
        self.what = what
        self.near = near


@dataclass(frozen=True)
class RunSummary:
    """One row of `dlcli runs list`.

    Args:
        id: Name of the folder.
        status: Status in `run.json`; "killed" if that is "running" but the process has ended, "damaged" if it cannot be
            read.
        name: Name of the experiment.
        started: UTC time of the start, ISO 8601.
        ended: UTC time of the end, ISO 8601; None until the run has ended.
        epochs: Number of finished epochs.
        metrics: Final metrics, `<split>/<metric>` → value; empty until the run has ended.
        problem: Description of the damage; None if there is none.
    """

    id: str
    status: str
    name: str | None = None
    started: str | None = None
    ended: str | None = None
    epochs: int = 0
    metrics: Mapping[str, float | None] | None = None
    problem: str | None = None


def run_folders(root: Path) -> list[RunFolder]:
    """Return all runs in a folder, newest first."""
    if not root.is_dir():
        return []
    with storage.reporting("read", root):
        paths = [path for path in root.iterdir() if _is_run(path) and not path.name.startswith(".")]
    return [RunFolder(path) for path in sorted(paths, key=lambda path: path.name, reverse=True)]


def _is_run(path: Path) -> bool:
    """Return whether a folder has the record of a run, also a damaged one."""
    return storage.has_entry(path, files.RECORD)


def list_runs(root: Path) -> list[RunSummary]:
    """Return the summaries of all runs in a folder, newest first."""
    return [summarize(folder) for folder in run_folders(root)]


def summarize(folder: RunFolder) -> RunSummary:
    """Return the summary of one run."""
    try:
        record = folder.record()
        folder.verify((files.METRICS,))
        epochs = max((line["epoch"] for line in folder.metrics() if line["kind"] == "epoch"), default=0)
    except StorageError as error:
        return RunSummary(id=folder.id, status="damaged", problem=str(error))
    return RunSummary(
        id=folder.id,
        status=run_status(folder, record.status),
        name=record.name,
        started=record.started,
        ended=record.ended,
        epochs=epochs,
        metrics=record.metrics,
    )


def run_status(folder: RunFolder, recorded: str) -> str:
    """Return the recorded status, or "killed" for a running one whose process no longer exists."""
    return "killed" if recorded == "running" and folder.process() is None else recorded


def find(root: Path, text: str, *, is_done: bool = True) -> RunFolder:
    """Find a run by the path of its folder, its id, a prefix of its id, or its name (the newest run of that name).

    Args:
        root: Folder of the runs.
        text: Path, id or name from the user.
        is_done: Whether a name refers to the newest run that is done, instead of the newest of any status.

    Raises:
        ConfigError: No run matches, and the message suggests the nearest; several match; or no run of the name is done.
    """
    path = Path(text)
    if _is_run(path):
        return RunFolder(path.resolve() if path.name in {"", ".."} else path)  # `.` has no name
    folders = run_folders(root)
    ids = [folder.id for folder in folders]
    named = [] if text in ids else [folder for folder in folders if text and _name(folder) == text]
    if not named:
        names = {name for folder in folders if (name := _name(folder))} if text not in ids else ()
        return RunFolder(root / match(text, ids, what="run", root=root, names=names))
    others = [id for id in ids if id.startswith(text) and id not in {folder.id for folder in named}]
    if others:
        raise ConfigError(f"run {text!r} is ambiguous: {', '.join([named[0].id, *others])}", code="ambiguous_name")
    if not is_done:
        return named[0]
    states = [run_status(folder, folder.record().status) for folder in named]
    if "done" not in states:
        raise ConfigError(
            f"no run called {text!r} is done; the newest, {named[0].id}, is {states[0]}", code="missing_result"
        )
    return named[states.index("done")]


def named_runs(root: Path, name: str) -> list[RunFolder]:
    """Return the runs of an experiment with any status, newest first; runs with a damaged record have no name."""
    return [folder for folder in run_folders(root) if _name(folder) == name]


def _name(folder: RunFolder) -> str | None:
    try:
        name = folder.record().name
    except StorageError:
        return None
    return name if isinstance(name, str) else None  # the record may be damaged


def match(text: str, ids: Sequence[str], *, what: str, root: Path, names: Collection[str] = ()) -> str:
    """Return the id that is equal to a text or begins with it.

    Args:
        text: Text from the user.
        ids: Existing ids.
        what: Kind of folder, "run" or "sweep", for messages.
        root: Folder of the ids, for messages.
        names: Other names of the folders, for the suggestion.

    Raises:
        UnknownRunError: No id matches; the message suggests the nearest.
        ConfigError: Several ids match.
    """
    matches = [text] if text in ids else [id for id in ids if text and id.startswith(text)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise ConfigError(f"{what} {text!r} is ambiguous: {', '.join(matches)}", code="ambiguous_name")
    near = difflib.get_close_matches(text, names, n=1) or difflib.get_close_matches(text, ids, n=1, cutoff=0.4)
    raise UnknownRunError(what, text, root, near[0] if near else None)


def remove(folder: RunFolder) -> list[Path]:
    """Delete the files of a run that dlcli has written, and no others.

    Returns:
        Files of other programs, which stay in the folder.

    Raises:
        ConfigError: A process trains in the folder, or it is a link to a run or the folder of another program.
        StorageError: A file cannot be removed.
    """
    path = folder.path
    if path.is_symlink():
        raise ConfigError(
            f"{path} is a link to {path.readlink()}; name the run itself, or remove the link with rm",
            code="unknown_run",
        )
    process = folder.process()
    if process is not None:
        raise ConfigError(f"run {folder.id} is being trained by process {process}; stop it first", code="in_use")
    if not _is_genuine(folder):
        raise ConfigError(
            f"{path} is not the folder of a run: its {files.RECORD} is not the record of a run, and it has no splits",
            code="unknown_run",
        )
    with lock.exclusive(path / files.LOCK):
        ours, others = folder.written_files()
        if not others:
            storage.remove_folder(path)
        else:
            storage.remove_files(path, sorted(ours, key=lambda file: file.name == files.RECORD))  # the record last
    return others


def _is_genuine(folder: RunFolder) -> bool:
    """Return whether a folder with a `run.json` is a run, possibly damaged, and not that of another program."""
    if os.path.lexists(folder.path / files.SPLITS):
        return True
    try:
        folder.record()
    except StorageError:
        return False
    return True
